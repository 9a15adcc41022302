package metrics

import (
	"math"
	"slices"
)

// Decision is what verdicts and costs come to. Policies that know the load beforehand cannot be run, so they are
// never the answer, unless all do; then the answer is one of them.
type Decision struct {
	Best     string   // the cheapest that keeps every objective; "" where none is shown to
	Rivals   []string // others that keep every objective and are not told apart from Best in cost
	Nearest  string   // without Best: the one whose worst objective is missed by least; "" where no share is known
	Oracular bool     // every policy knows the load beforehand
}

// Decide chooses among the policies by their standings and the rows of cost. Costs are told apart by their paired
// differences over the replications, at Level for all keepers together.
func Decide(rows []Row, standings []Standing, clairvoyant []string) (Decision, error) {
	causal := slices.DeleteFunc(slices.Clone(standings), func(s Standing) bool { return slices.Contains(clairvoyant, s.Policy) })
	d := Decision{Oracular: len(causal) == 0 && len(standings) > 0}
	if d.Oracular {
		causal = standings
	}
	keepers := slices.DeleteFunc(slices.Clone(causal), func(s Standing) bool { return s.Outcome != Met })
	costs := map[string][]float64{}
	var paid []Row
	for _, r := range rows {
		if r.Scope == All && r.Metric == "cost" && slices.ContainsFunc(keepers, func(s Standing) bool { return s.Policy == r.Policy }) {
			costs[r.Policy] = append(costs[r.Policy], r.Value)
			paid = append(paid, r)
		}
	}
	least := math.Inf(1)
	for _, s := range keepers {
		if cost := Mean(costs[s.Policy]).Mean; cost < least {
			d.Best, least = s.Policy, cost
		}
	}
	if d.Best == "" {
		d.Nearest = nearest(causal)
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

// nearest returns the policy with the smallest worst shortfall, the first of equal ones.
func nearest(standings []Standing) string {
	name, least := "", math.Inf(1)
	for _, s := range standings {
		if w := s.Worst(); w != nil && w.Shortfall() < least {
			name, least = s.Policy, w.Shortfall()
		}
	}
	return name
}
