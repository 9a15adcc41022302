package allocation

import (
	"math"

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
		if len(list) > 0 {
			p.Demand[m] = SmallestCapacity(p, list)
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

// SmallestCapacity returns the least requests per second of one replica among the configurations
// listed; +Inf if there are none.
func SmallestCapacity(p optimize.Problem, list []int) float64 {
	least := math.Inf(1)
	for _, d := range list {
		least = min(least, p.Configurations[d].Capacity)
	}
	return least
}
