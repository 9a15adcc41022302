package plan

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"wavetank/policies/allocation"
	"wavetank/policies/optimize"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Solved lets a solver solve the whole allocation problem. A problem that is the same as the last
// one is not solved again. It is for one run.
type Solved struct {
	solver optimize.Solver
	SolvedOptions
	last  optimize.Problem
	found *optimize.Solution                  // of the last problem; nil: none was solved
	see   func(kernel.Time, optimize.Problem) // nil: nobody watches
}

// SolvedOptions are the parameters of Solved.
type SolvedOptions struct {
	MinReplicas int // of each model
	Switching   float64
	Payback     Payback
}

// Payback returns the time over which the cost of booting and loading an added replica is spread.
// It depends on the lead, the time that they take.
type Payback func(lead time.Duration) time.Duration

// DefaultSwitching charges an added replica what its boot and load really cost.
const DefaultSwitching = 1

// NewSolved returns the planner of a solver. An added machine costs its price while it boots. An
// added replica costs its part of a machine while it loads. Both are spread over the payback, at
// least over a control period. Switching multiplies these costs; 0 lets plans change freely.
func NewSolved(s optimize.Solver, o SolvedOptions) (*Solved, error) {
	err := checkMinimum(o.MinReplicas)
	if !(o.Switching >= 0) || math.IsInf(o.Switching, 0) {
		err = errors.Join(err, fmt.Errorf("switching: %v is not a number of at least 0", o.Switching))
	}
	if err != nil {
		return nil, err
	}
	return &Solved{solver: s, SolvedOptions: o}, nil
}

// Watch implements allocation.Solving.
func (s *Solved) Watch(see func(at kernel.Time, p optimize.Problem)) { s.see = see }

// Plan implements allocation.Planner. It raises the wanted capacity of a model to that of the
// smallest replica, unless the model may have none. So the solver has a replica for it.
func (s *Solved) Plan(now *allocation.Situation, wanted []float64) (allocation.Chosen, error) {
	p := now.Problem
	p.Demand = slices.Clone(wanted)
	p.Configurations, p.Types = slices.Clone(p.Configurations), slices.Clone(p.Types)
	p.MinReplicas = slices.Repeat([]int{s.MinReplicas}, len(p.Demand))
	for m, list := range now.Cheapest {
		if (s.MinReplicas > 0 || wanted[m] > 0) && len(list) > 0 {
			p.Demand[m] = max(p.Demand[m], allocation.SmallestCapacity(p, list))
		}
	}
	s.charge(now, p)
	if s.see != nil {
		s.see(now.View.Now(), p)
	}
	if s.found == nil || !p.Equal(s.last) {
		found, err := optimize.Solve(s.solver, p)
		if err != nil {
			return allocation.Chosen{}, err
		}
		s.last, s.found = p, &found
	}
	return allocation.Chosen{Replicas: slices.Clone(s.found.Replicas), Layout: s.found.Layout, Optimality: optimality(p, s.found)}, nil
}

// optimality returns what a solution tells of itself. Where it leaves demand unserved, prices are
// not told: they would be those of the penalty, which only has to be high.
func optimality(p optimize.Problem, found *optimize.Solution) *sim.Optimality {
	o := &sim.Optimality{Method: found.Method, Objective: found.Objective, Bound: found.Bound, Exact: found.Exact}
	for m, short := range found.Shortfall {
		if short > 1e-9*p.Demand[m] {
			return o
		}
	}
	o.Demand, o.Limits = found.Prices, found.Limits
	return o
}

// charge puts a price on added replicas, except in the first fleet.
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
