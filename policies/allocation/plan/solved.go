package plan

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"wavetank/policies/allocation"
	"wavetank/policies/optimize"
	"wavetank/sim/fleet"
)

// Solved puts the whole allocation problem to a solver.
type Solved struct {
	solver optimize.Solver
	SolvedOptions
}

// SolvedOptions are the parameters of Solved.
type SolvedOptions struct {
	MinReplicas int // of each model
	Switching   float64
	Payback     Payback
}

// Payback says over how long a stay the boot and the load of an added replica are spread, by how
// long they take.
type Payback func(lead time.Duration) time.Duration

// DefaultSwitching charges an added replica what its boot and load really cost.
const DefaultSwitching = 1

// NewSolved returns the planner of a solver. An added machine is charged for the time that it
// boots, and an added replica for the time that it loads, at the price of its part of a machine.
// Both are spread over the payback and at least over a control period. Switching multiplies that
// charge; 0 lets plans change freely.
func NewSolved(s optimize.Solver, o SolvedOptions) (*Solved, error) {
	err := checkMinimum(o.MinReplicas)
	if !(o.Switching >= 0) || math.IsInf(o.Switching, 0) {
		err = errors.Join(err, fmt.Errorf("switching: %v is not a number of at least 0", o.Switching))
	}
	if err != nil {
		return nil, err
	}
	return &Solved{s, o}, nil
}

// Plan implements allocation.Planner. A model of which less is wanted than its smallest replica
// provides counts as one that needs that much, so that the solver has a replica for it.
func (s *Solved) Plan(now *allocation.Situation, wanted []float64) (allocation.Chosen, error) {
	p := now.Problem
	p.Demand = slices.Clone(wanted)
	p.Configurations, p.Types = slices.Clone(p.Configurations), slices.Clone(p.Types)
	for m, list := range now.Cheapest {
		if (s.MinReplicas > 0 || wanted[m] > 0) && len(list) > 0 {
			p.Demand[m] = max(p.Demand[m], smallest(p, list))
		}
	}
	s.charge(now, p)
	found, err := optimize.Solve(s.solver, p)
	if err != nil {
		return allocation.Chosen{}, err
	}
	chosen := allocation.Chosen{Replicas: found.Replicas, Layout: found.Layout}
	if enforceMinimum(p, now.Cheapest, chosen.Replicas, s.MinReplicas) {
		chosen.Layout = nil
	}
	return chosen, nil
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
			t := &p.Types[k.Type]
			lead := c.Lead(fleet.DeploymentID(d))
			rate := s.Switching * t.Price / max(v.Period(), s.Payback(lead)).Seconds()
			p.Configurations[d].Switch = rate / float64(p.PerMachine(d)) * k.Load.Seconds()
			t.Switch = max(t.Switch, rate*c.Types[k.Type].Boot.Seconds())
		}
	}
}
