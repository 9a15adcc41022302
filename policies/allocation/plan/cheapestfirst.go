package plan

import (
	"slices"

	"wavetank/policies/allocation"
	"wavetank/policies/optimize"
)

// CheapestFirst takes the deployment of each model with the lowest price per capacity, and runs
// ⌈wanted/capacity⌉ replicas of it. If the machines of that deployment run out, the next cheapest
// provides the rest.
type CheapestFirst struct{ minReplicas int }

// NewCheapestFirst returns the planner. It keeps at least minReplicas replicas of each model.
func NewCheapestFirst(minReplicas int) (CheapestFirst, error) {
	return CheapestFirst{minReplicas}, checkMinimum(minReplicas)
}

// Plan implements allocation.Planner.
func (c CheapestFirst) Plan(s *allocation.Situation, wanted []float64) (allocation.Chosen, error) {
	replicas := fillCheapestFirst(s.Problem, s.Cheapest, wanted)
	enforceMinimum(s.Problem, s.Cheapest, replicas, c.minReplicas)
	return allocation.Chosen{Replicas: replicas}, nil
}

// fillCheapestFirst returns the replicas per configuration that provide the wanted capacity of each
// model, within the limits on machines. A model uses its configurations in the given order. The
// next replica goes to the model that misses the largest share of its wanted capacity; ties go to
// the lowest index. A replica takes its part of a machine that is filled with replicas of the same
// configuration.
func fillCheapestFirst(p optimize.Problem, order [][]int, wanted []float64) []int {
	replicas := make([]int, len(p.Configurations))
	used := make([]float64, len(p.Types))
	left, next := slices.Clone(wanted), make([]int, len(order))
	for {
		model, share := -1, 1e-9
		for m := range left {
			if s := left[m] / wanted[m]; wanted[m] > 0 && next[m] < len(order[m]) && s > share {
				model, share = m, s
			}
		}
		if model < 0 {
			return replicas
		}
		d := order[model][next[model]]
		c := &p.Configurations[d]
		part := 1 / float64(p.PerMachine(d))
		if used[c.Type]+part > float64(p.Types[c.Type].Max)+1e-6 {
			next[model]++
			continue
		}
		used[c.Type] += part
		replicas[d]++
		left[model] -= c.Capacity
	}
}
