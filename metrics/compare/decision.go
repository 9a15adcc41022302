package compare

import (
	"math"
	"slices"

	"wavetank/metrics/rows"
)

// Decision is the conclusion from verdicts and costs. Policies that know the load beforehand cannot
// be used in practice, so they are never the best. If all policies know it, this rule does not
// apply.
type Decision struct {
	// cheapest policy that is shown to keep all objectives and the budget; "": none
	Best      string
	Rivals    []string // other such policies whose cost does not differ from that of Best
	Nearest   string   // if there is no Best: the policy that misses objectives least; "": unknown
	Oracular  bool     // every policy knows the load beforehand
	Overspent []string // policies whose rent was above the budget at some time
}

// Decide chooses the best policy from the standings and the rows of cost. A policy whose rent was
// above the budget in any replication is never the best. Two costs differ if the interval of their
// paired difference excludes zero. These intervals hold at Level for all compared policies
// together.
func Decide(data []rows.Row, standings []Standing, clairvoyant []string) (Decision, error) {
	causal := slices.DeleteFunc(slices.Clone(standings), func(s Standing) bool { return slices.Contains(clairvoyant, s.Policy) })
	d := Decision{Oracular: len(causal) == 0 && len(standings) > 0}
	if d.Oracular {
		causal = standings
	}
	var thrifty []Standing
	d.Overspent, thrifty = overspent(data, standings, causal)
	keepers := slices.DeleteFunc(slices.Clone(thrifty), func(s Standing) bool { return s.Finding != Met })
	var costs, paid []rows.Row
	for _, r := range data {
		if r.Scope != rows.All || r.Metric != "cost" {
			continue
		}
		costs = append(costs, r)
		if slices.ContainsFunc(keepers, func(s Standing) bool { return s.Policy == r.Policy }) {
			paid = append(paid, r)
		}
	}
	mean := meansOf(costs)
	cost := func(policy string) float64 {
		if c, known := mean[[2]string{policy, "cost"}]; known {
			return c
		}
		return math.Inf(1)
	}
	least := math.Inf(1)
	for _, s := range keepers {
		if c := cost(s.Policy); c < least {
			d.Best, least = s.Policy, c
		}
	}
	if d.Best == "" {
		if len(thrifty) == 0 {
			thrifty = causal
		}
		d.Nearest = nearest(thrifty, cost)
		return d, nil
	}
	others, err := Compare(paid, nil, d.Best)
	for _, c := range others {
		if c.Policy != d.Best && !c.Difference.ExcludesZero() {
			d.Rivals = append(d.Rivals, c.Policy)
		}
	}
	return d, err
}

// overspent returns the policies whose rent was above the budget, and the candidates without these.
func overspent(data []rows.Row, standings, candidates []Standing) (names []string, others []Standing) {
	above := map[string]bool{}
	for _, r := range data {
		if r.Scope == rows.All && r.Metric == OverBudget && r.Value > 0 {
			above[r.Policy] = true
		}
	}
	for _, s := range standings {
		if above[s.Policy] {
			names = append(names, s.Policy)
		}
	}
	return names, slices.DeleteFunc(slices.Clone(candidates), func(s Standing) bool { return above[s.Policy] })
}

// OverBudget is the metric of the share of time in which the rent is above the budget.
const OverBudget = "over_budget"

// nearest returns the policy with the smallest shortfall in its worst objective. A share that
// reaches its objective counts as a shortfall of 0. On a tie it returns the cheapest policy.
func nearest(standings []Standing, cost func(policy string) float64) string {
	name, least := "", math.Inf(1)
	for _, s := range standings {
		w := s.Worst()
		if w == nil {
			continue
		}
		missed := max(0, w.Shortfall())
		if missed < least || missed == least && cost(s.Policy) < cost(name) {
			name, least = s.Policy, missed
		}
	}
	return name
}
