package allocation

import (
	"wavetank/policies/optimize"
	"wavetank/sim/fleet"
)

// SmallestRent returns the least rent at the start of a fleet that holds one replica of every
// model, in $ per hour. Machines that are kept or reserved count in any case. It is an error if the
// solver finds no fleet.
func SmallestRent(c *fleet.Spec) (float64, error) {
	p := problem(emptyView(c), make([]float64, len(c.Models)), "")
	p.Budget, p.AccuracyWeight, p.MinAccuracy = 0, 0, make([]float64, len(c.Models))
	p.Penalty = penalty(p)
	for m, list := range cheapest(p) {
		for i, d := range list {
			if each := p.Configurations[d].Capacity; i == 0 || each < p.Demand[m] {
				p.Demand[m] = each
			}
		}
	}
	found, err := optimize.Solve(optimize.Best{}, p)
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for t, n := range found.Machines {
		sum += float64(max(n, p.Types[t].Min, p.Types[t].Reserved)) * p.Types[t].Price
	}
	return sum, nil
}
