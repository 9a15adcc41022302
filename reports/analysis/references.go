package analysis

import (
	"fmt"
	"math"

	"wavetank/metrics/rows"
)

// Found says in sentences which fleets and schedules the searches found for policies that know the
// load in advance, and for which of these policies no fleet or schedule was found that keeps every
// objective.
func (a *Analysis) Found(quote func(string) string) (sentences []string) {
	for _, r := range a.Manifest.References {
		what := "constant fleet"
		if r.Moves {
			what = "schedule"
		}
		runs := "runs"
		if r.Runs == 1 {
			runs = "run"
		}
		text := fmt.Sprintf("%s %s is the cheapest %s that was found to keep %s%s, in %d %s: %s.", quote(r.Policy), foresight, what, a.allObjectives(), a.withinBudget(), r.Runs, runs, r.Found)
		if !r.Reached {
			text = fmt.Sprintf("No %s was found that keeps %s%s. %s %s is the one that misses least, in %d %s: %s.", what, a.allObjectives(), a.withinBudget(), quote(r.Policy), foresight, r.Runs, runs, r.Found)
		}
		sentences = append(sentences, text)
	}
	return sentences
}

// GapTo names the reference of the policies' gaps: the oracle, or "bound" for the work bound if the
// results have no oracle.
func (a *Analysis) GapTo() string {
	if name := a.oracle(); name != "" {
		return name
	}
	return "bound"
}

// oracle returns the name of the cheapest policy that keeps every objective and follows a schedule
// that a search found. It returns "" if there is none.
func (a *Analysis) oracle() (name string) {
	for _, r := range a.Manifest.References {
		if r.Moves && r.Reached && a.At(r.Policy, CostColumn) != nil && (name == "" || a.cost(r.Policy) < a.cost(name)) {
			name = r.Policy
		}
	}
	return name
}

// Gap returns by which fraction a policy costs more than the oracle or the work bound (GapTo). Told
// is false if there is nothing to compare with. It is also false if a mean share misses its
// objective, because such a policy is cheaper only by serving less.
func (a *Analysis) Gap(policy string) (gap float64, told bool) {
	standing := a.Standing(policy)
	if standing == nil {
		return 0, false
	}
	for _, v := range standing.Verdicts {
		if !(v.Shortfall() <= 0) {
			return 0, false
		}
	}
	least := math.NaN()
	if oracle := a.oracle(); oracle == policy {
		return 0, false
	} else if oracle != "" {
		least = a.cost(oracle)
	} else if bound := a.At(policy, Column{rows.All, "work_bound"}); bound != nil {
		least = bound.Value.Mean
	}
	gap = a.cost(policy)/least - 1
	return gap, gap == gap && !math.IsInf(gap, 0)
}

// Agreement returns the percentage of control periods in which two policies want the same number of
// replicas of every deployment, and whether this percentage is known.
func (a *Analysis) Agreement(one, other string) (percent float64, known bool) {
	for _, p := range a.Manifest.Agreed {
		if p.First == one && p.Second == other || p.First == other && p.Second == one {
			return p.Percent, true
		}
	}
	return 0, false
}
