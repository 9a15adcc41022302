package plan

import (
	"slices"

	"wavetank/policies/allocation"
	"wavetank/policies/optimize"
)

// HomeFirst gives each model a home: the deployment that is cheapest for the load at the start.
// This is as in Kubernetes, where a workload has one template for all its pods. If the machines of
// the home run out, the other deployments follow in the order of price per capacity. It is for
// controllers that ask for numbers of replicas.
type HomeFirst struct {
	minReplicas int
	home        []int // per model, index of its home; −1: none
}

// NewHomeFirst returns the planner. It keeps at least minReplicas replicas of each model. A
// HomeFirst serves one run.
func NewHomeFirst(minReplicas int) (*HomeFirst, error) {
	return &HomeFirst{minReplicas: minReplicas}, checkMinimum(minReplicas)
}

// Plan implements allocation.Planner.
func (h *HomeFirst) Plan(s *allocation.Situation, wanted []float64) (allocation.Chosen, error) {
	if h.home == nil {
		if err := h.settle(s); err != nil {
			return allocation.Chosen{}, err
		}
	}
	order := make([][]int, len(s.Cheapest))
	for m, list := range s.Cheapest {
		order[m] = slices.Clone(list)
		if at := slices.Index(list, h.home[m]); at > 0 {
			order[m] = slices.Insert(slices.Delete(order[m], at, at+1), 0, h.home[m])
		}
	}
	replicas := fillCheapestFirst(s.Problem, order, wanted)
	enforceMinimum(s.Problem, order, replicas, h.minReplicas)
	return allocation.Chosen{Replicas: replicas}, nil
}

// settle chooses the homes. The home of a model is the deployment that provides most of its
// capacity in the plan of the solver for the demand.
func (h *HomeFirst) settle(s *allocation.Situation) error {
	p := s.Sized
	p.Demand = slices.Clone(p.Demand)
	for m, list := range s.Cheapest {
		if len(list) > 0 {
			p.Demand[m] = max(p.Demand[m], allocation.SmallestCapacity(p, list))
		}
	}
	found, err := optimize.Solve(optimize.Best{}, p)
	if err != nil {
		return err
	}
	h.home = slices.Repeat([]int{-1}, len(s.Cheapest))
	most := make([]float64, len(s.Cheapest))
	for d, n := range found.Replicas {
		c := &p.Configurations[d]
		if capacity := float64(n) * c.Capacity; capacity > most[c.Model] {
			h.home[c.Model], most[c.Model] = d, capacity
		}
	}
	return nil
}
