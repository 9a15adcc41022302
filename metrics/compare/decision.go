package compare

import (
	"math"
	"slices"

	"wavetank/metrics/rows"
)

// Decision is the conclusion from verdicts and costs. Policies that know the load beforehand cannot
// be run in practice, so they are never the best. If all policies know it, they all take part.
type Decision struct {
	Best     string   // cheapest policy that keeps every objective; "": none is shown to
	Rivals   []string // others that keep every objective at a cost that does not differ from Best's
	Nearest  string   // without a Best: policy that misses objectives least; "": none known
	Oracular bool     // every policy knows the load beforehand
}

// Decide chooses among the policies by their standings and the rows of cost. Costs differ if their
// paired differences over the replications exclude zero, at Level for all keepers together.
func Decide(data []rows.Row, standings []Standing, clairvoyant []string) (Decision, error) {
	causal := slices.DeleteFunc(slices.Clone(standings), func(s Standing) bool { return slices.Contains(clairvoyant, s.Policy) })
	d := Decision{Oracular: len(causal) == 0 && len(standings) > 0}
	if d.Oracular {
		causal = standings
	}
	keepers := slices.DeleteFunc(slices.Clone(causal), func(s Standing) bool { return s.Finding != Met })
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
		d.Nearest = nearest(causal, cost)
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

// nearest returns the policy whose worst share misses its objective by least. Of several such
// policies it returns the cheapest. Shares that reach their objectives miss nothing.
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
