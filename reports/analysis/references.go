package analysis

import (
	"fmt"
	"math"

	"wavetank/metrics/rows"
)

// Found says in sentences what was searched for the policies that know the load beforehand, and
// if nothing was found that keeps every objective.
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
			text = fmt.Sprintf("No %s was found that keeps %s%s. %s %s misses least, of those in %d %s: %s.", what, a.allObjectives(), a.withinBudget(), quote(r.Policy), foresight, r.Runs, runs, r.Found)
		}
		sentences = append(sentences, text)
	}
	return sentences
}

// GapTo names what the gaps of the policies are to: the oracle, or the work bound if none is in
// the results.
func (a *Analysis) GapTo() string {
	if name := a.oracle(); name != "" {
		return name
	}
	return "bound"
}

// oracle returns the cheapest policy of those that follow the best schedule found and keep every
// objective by it, or "".
func (a *Analysis) oracle() (name string) {
	for _, r := range a.Manifest.References {
		if r.Moves && r.Reached && a.At(r.Policy, CostColumn) != nil && (name == "" || a.cost(r.Policy) < a.cost(name)) {
			name = r.Policy
		}
	}
	return name
}

// Gap returns by which share a policy costs more than the oracle or the work bound (GapTo). It is
// told of a policy whose mean shares keep every objective: others do less for their money.
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

// Agreement returns in which percent of the control periods two policies want as many replicas of
// every deployment, and whether that is known.
func (a *Analysis) Agreement(one, other string) (percent float64, known bool) {
	for _, p := range a.Manifest.Agreed {
		if p.First == one && p.Second == other || p.First == other && p.Second == one {
			return p.Percent, true
		}
	}
	return 0, false
}
