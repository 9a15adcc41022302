package optimize

import (
	"math"
	"slices"
)

// sumSteps bounds the search for the sum of capacities that serves the demand of one model.
const sumSteps = 1_000

// RoundUp returns the problem with the demand of each model raised to the least total capacity of
// whole replicas that serves it. Every solution that serves the raised demand serves the given one,
// and the other way round, because replicas are whole. So an optimal solution of the raised problem
// that leaves nothing unserved is an optimal one of the given problem. The raised problem has a
// tighter relaxation, and many demands have the same raised demand.
//
// A part of the demand is neglected if its penalty is lower than the price of a replica. The demand
// of a model stays as it is if accuracy counts for the model, or if the search for the least
// capacity takes too long.
func (p Problem) RoundUp() Problem {
	if p.AccuracyWeight > 0 {
		return p
	}
	p.Demand = slices.Clone(p.Demand)
	for m, demand := range p.Demand {
		if demand == 0 || p.MinAccuracy != nil && p.MinAccuracy[m] > 0 {
			continue
		}
		capacities, neglected := p.steps(m)
		if sum, ok := leastSum(capacities, max(0, demand-neglected)); ok {
			p.Demand[m] = sum * (1 - 1e-12) // a sum in another order may be lower
		}
	}
	return p
}

// steps returns the capacities of replicas of model m, the largest first, and a demand of the model
// whose penalty is lower than the price of every replica.
func (p Problem) steps(m int) (capacities []float64, neglected float64) {
	neglected = math.Inf(1)
	for c := range p.Configurations {
		f := &p.Configurations[c]
		n := p.PerMachine(c)
		if f.Model != m || f.Capacity <= 0 || n == 0 || p.Types[f.Type].Max == 0 {
			continue
		}
		capacities = append(capacities, f.Capacity)
		neglected = min(neglected, f.Capacity, p.Types[f.Type].Price/float64(n)/p.Penalty)
	}
	slices.Sort(capacities)
	slices.Reverse(capacities)
	return slices.Compact(capacities), neglected / 2
}

// leastSum returns the least sum of whole multiples of the values that is not below a target. The
// values are sorted, the largest first. It returns false if there are no values, or if the search
// takes too long.
func leastSum(values []float64, target float64) (float64, bool) {
	if len(values) == 0 {
		return 0, false
	}
	least, steps := math.Inf(1), sumSteps
	var search func(i int, sum float64)
	search = func(i int, sum float64) {
		if steps--; steps < 0 || sum >= least {
			return
		}
		if left := max(0, target-sum); i == len(values)-1 {
			least = min(least, sum+float64(math.Ceil(left/values[i])*values[i]))
			return
		}
		for n := 0.; steps >= 0; n++ {
			next := sum + float64(n*values[i])
			search(i+1, next)
			if next >= target {
				return
			}
		}
	}
	search(0, 0)
	return least, steps >= 0
}
