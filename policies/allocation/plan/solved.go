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

// Solved is a planner that lets a solver solve the allocation problem. It is for one run.
type Solved struct {
	solver optimize.Solver
	SolvedOptions
	see func(kernel.Time, optimize.Problem) // called with each problem; may be nil
}

// SolvedOptions are the parameters of Solved.
type SolvedOptions struct {
	MinReplicas int // least number of replicas of each model
	Switching   float64
	Payback     Payback
	RoundUp     bool             // round the demand up to whole replicas (optimize.Problem.RoundUp)
	Known       *optimize.Memory // of all runs with the same deployments; nil: a new one
}

// Payback returns the time over which the cost of booting and loading an added replica is spread.
// The lead is the mean time from an order until the replica serves.
type Payback func(lead time.Duration) time.Duration

// DefaultSwitching is the default factor on the cost of adding machines and replicas. At 1 this is
// the real cost of their boot and load.
const DefaultSwitching = 1

// NewSolved returns the planner. An added machine costs its price while it boots. An added replica
// costs its part of a machine while it loads. Both costs are spread over the payback, or over a
// control period if that is longer. Switching is a factor on these costs; 0 lets plans change
// freely.
func NewSolved(s optimize.Solver, o SolvedOptions) (*Solved, error) {
	err := checkMinimum(o.MinReplicas)
	if !(o.Switching >= 0) || math.IsInf(o.Switching, 0) {
		err = errors.Join(err, fmt.Errorf("switching: %v is not a number of at least 0", o.Switching))
	}
	if err != nil {
		return nil, err
	}
	if o.Known == nil {
		o.Known = new(optimize.Memory)
	}
	return &Solved{solver: s, SolvedOptions: o}, nil
}

// Watch implements allocation.Solving.
func (s *Solved) Watch(see func(at kernel.Time, p optimize.Problem)) { s.see = see }

// Plan implements allocation.Planner. If a model must have a replica, it raises the wanted capacity
// to the capacity of the model's smallest replica, so that the solver plans at least one.
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
	p, found, err := s.solve(p)
	if err != nil {
		return allocation.Chosen{}, err
	}
	return allocation.Chosen{Replicas: found.Replicas, Layout: found.Layout, LoadPrices: p.LoadPrices(), Optimality: optimality(p, &found)}, nil
}

// solve solves the problem. If RoundUp is set, it first tries with the demand rounded up to whole
// replicas, and keeps that solution if it leaves nothing unserved. It returns the problem that it
// solved.
func (s *Solved) solve(p optimize.Problem) (optimize.Problem, optimize.Solution, error) {
	if s.RoundUp {
		whole := p.RoundUp()
		found, err := s.Known.Solve(s.solver, whole)
		short := func(v float64) bool { return v > 0 }
		if err != nil || found.Share == 1 && !slices.ContainsFunc(found.Shortfall, short) {
			return whole, found, err
		}
	}
	found, err := s.Known.Solve(s.solver, p)
	return p, found, err
}

// optimality returns what the solver proved about a solution, and the prices of demand and
// machines. If the solution leaves demand unserved, it has no prices. They would come from the
// penalty on unserved demand, which is only chosen to be high.
func optimality(p optimize.Problem, found *optimize.Solution) *sim.Optimality {
	o := &sim.Optimality{Method: found.Method, Objective: found.Objective, Bound: found.Bound, Exact: found.Exact}
	if found.Share < 1 {
		o.Shortage = sim.Shortage{Unservable: found.Unservable, Penalty: p.Penalty}
		for m, short := range found.Shortfall {
			o.Shortage.Unserved += short
			o.Shortage.Of += p.Demand[m]
		}
	}
	for m, short := range found.Shortfall {
		if short > 1e-9*p.Demand[m] {
			return o
		}
	}
	o.Demand, o.Limits = found.Prices, found.Limits
	return o
}

// charge sets the cost of adding machines and replicas in the problem. In the first fleet it is 0.
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
