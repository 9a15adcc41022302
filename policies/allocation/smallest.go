package allocation

import (
	"math"

	"wavetank/policies/optimize"
	"wavetank/sim/fleet"
)

// SmallestRent returns the least rent of a fleet with one replica of every model, in $ per hour, at
// the prices of the start. Machines that are kept or reserved count in any case. It returns an
// error if the solver finds no such fleet.
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

// SmallestCapacity returns the least capacity of one replica among the listed configurations, in
// requests per second. It is +Inf if the list is empty.
func SmallestCapacity(p optimize.Problem, list []int) float64 {
	least := math.Inf(1)
	for _, d := range list {
		least = min(least, p.Configurations[d].Capacity)
	}
	return least
}
