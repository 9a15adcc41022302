package plan

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"wavetank/policies/allocation"
	"wavetank/policies/optimize"
)

// Solved puts the whole allocation problem to a solver.
type Solved struct {
	solver      optimize.Solver
	switching   float64
	minReplicas int
}

// DefaultSwitching charges an added replica what its boot and load really cost.
const DefaultSwitching = 1

// NewSolved returns the planner of a solver, which keeps a least number of replicas of each model.
// An added replica is charged for the time that it boots and loads, at the price of its part of a
// machine, spread over the control period. Switching multiplies that charge; 0 lets plans change
// freely.
func NewSolved(s optimize.Solver, switching float64, minReplicas int) (*Solved, error) {
	err := checkMinimum(minReplicas)
	if !(switching >= 0) || math.IsInf(switching, 0) {
		err = errors.Join(err, fmt.Errorf("switching: %v is not a number of at least 0", switching))
	}
	if err != nil {
		return nil, err
	}
	return &Solved{s, switching, minReplicas}, nil
}

// Plan implements allocation.Planner. A model of which less is wanted than its smallest replica
// provides counts as one that needs that much, so that the solver keeps a replica for it.
func (s *Solved) Plan(now *allocation.Situation, wanted []float64) ([]int, error) {
	p := now.Problem
	p.Demand = slices.Clone(wanted)
	p.Configurations = slices.Clone(p.Configurations)
	for m, list := range now.Cheapest {
		if s.minReplicas > 0 && len(list) > 0 {
			p.Demand[m] = max(p.Demand[m], smallest(p, list))
		}
	}
	s.charge(now, p)
	found, err := optimize.Solve(s.solver, p)
	if err != nil {
		return nil, err
	}
	enforceMinimum(p, now.Cheapest, found.Replicas, s.minReplicas)
	return found.Replicas, nil
}

// smallest returns the least capacity of a replica of the configurations listed.
func smallest(p optimize.Problem, list []int) float64 {
	least := math.Inf(1)
	for _, d := range list {
		least = min(least, p.Configurations[d].Capacity)
	}
	return least
}

// charge puts a price on added replicas; the first fleet has no other to prefer.
func (s *Solved) charge(now *allocation.Situation, p optimize.Problem) {
	v := now.View
	if v.Live() == 0 || v.Period() <= 0 {
		return
	}
	c := v.Spec()
	for d := range p.Configurations {
		if k := &c.Deployments[d]; allocation.Usable(p, d) {
			dead := (c.Types[k.Type].Boot + k.Load).Seconds() / v.Period().Seconds()
			p.Configurations[d].Switch = s.switching * c.Types[k.Type].Price / float64(p.PerMachine(d)) * dead
		}
	}
}
