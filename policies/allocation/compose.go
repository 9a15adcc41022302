package allocation

import (
	"fmt"
	"slices"
	"time"

	"wavetank/policies/optimize"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Stages is an allocator made of one algorithm for each stage.
type Stages struct {
	Label    string // label of the allocator, without its placer
	Demand   Estimator
	Capacity Capacity
	Control  Controller
	Plan     Planner
	Place    Placer

	Deployment string // serve only by deployments that match this name (fleet.Deployment.Matches)
	WholeRun   bool   // plan with the most machines of the run, not with those to be had now

	// KeepLoading says how long a deployment keeps all its replicas once one of them begins to boot
	// or load.
	KeepLoading func(lead time.Duration) time.Duration
	loading     []since // per deployment

	Waking bool // it is asked at once when a request finds no replica
}

// DefaultPlacer is the placer that labels leave out.
const DefaultPlacer = "best-fit"

// Allocate implements sim.Allocator.
func (p *Stages) Allocate(v *sim.View) (sim.Plan, error) {
	t, err := p.Targets(v)
	if err != nil {
		return sim.Plan{}, err
	}
	plan, err := p.Place.Place(v, t)
	if err != nil {
		return sim.Plan{}, fmt.Errorf("place: %w", err)
	}
	return plan, nil
}

// Wakes reports whether the allocator is to be asked at once for a model that has no replica.
func (p *Stages) Wakes(v *sim.View, m fleet.ModelID) bool {
	if c, ok := p.Control.(interface {
		Wakes(*sim.View, fleet.ModelID) bool
	}); ok {
		return c.Wakes(v, m)
	}
	return p.Waking
}

// Period returns how often the allocator is to be asked; 0: once in every control period.
func (p *Stages) Period() time.Duration {
	if c, ok := p.Control.(interface{ Period() time.Duration }); ok {
		return c.Period()
	}
	return 0
}

// Targets asks all stages but the last.
func (p *Stages) Targets(v *sim.View) (Targets, error) {
	demand, err := p.Demand.Estimate(v)
	if err != nil {
		return Targets{}, fmt.Errorf("demand: %w", err)
	}
	total := demand.Total()
	now := NewSituation(v, demand, p.Deployment, p.WholeRun)
	if err := now.scale(p.Capacity, total); err != nil {
		return Targets{}, fmt.Errorf("capacity: %w", err)
	}
	now.Sized = now.Problem
	now.Problem.Configurations = slices.Clone(now.Problem.Configurations)
	wanted := p.Control.Control(now)
	if wanted.Counts {
		now.count()
	} else if !slices.Equal(wanted.Amount, total) {
		if err := now.scale(p.Capacity, wanted.Amount); err != nil {
			return Targets{}, fmt.Errorf("capacity: %w", err)
		}
	}
	chosen := Chosen{Replicas: wanted.Exact}
	if wanted.Exact == nil {
		if chosen, err = p.Plan.Plan(now, wanted.Amount); err != nil {
			return Targets{}, fmt.Errorf("plan: %w", err)
		}
	}
	p.keepLoading(now, &chosen)
	if o := chosen.Optimality; o != nil && wanted.Counts {
		o.Demand = nil // it is of replicas, not of requests
	}
	t := Targets{Chosen: chosen, Each: eachOf(now.Problem), Demand: total}
	if wanted.Counts {
		t.Each = eachOf(now.Sized)
	}
	t.Capacity = PlannedCapacity(v.Spec(), t.Replicas, t.Each)
	t.Shortfall = p.Control.Unserved(total, t.Capacity)
	return t, nil
}

// Watch shows each allocation problem that the planner solves from now on, with its instant. It
// reports false if the planner solves none.
func (p *Stages) Watch(see func(at kernel.Time, p optimize.Problem)) bool {
	solving, is := p.Plan.(Solving)
	if is {
		solving.Watch(see)
	}
	return is
}

// String returns the label, followed by "+" and the placer unless that is the default one.
func (p *Stages) String() string { return placed(p.Label, p.Place) }

// count states the problem with one unit of capacity for each replica.
func (s *Situation) count() {
	for d := range s.Problem.Configurations {
		if c := &s.Problem.Configurations[d]; c.Capacity > 0 {
			c.Capacity = 1
		}
	}
}

// eachOf returns the capacity that a problem counts for one replica of each deployment.
func eachOf(p optimize.Problem) []float64 {
	list := make([]float64, len(p.Configurations))
	for d := range list {
		list[d] = p.Configurations[d].Capacity
	}
	return list
}

// PlannedCapacity returns the planned capacity of each model, in requests per second, for the given
// number of replicas of each deployment. Each holds the capacity of one replica.
func PlannedCapacity(c *fleet.Spec, replicas []int, each []float64) []float64 {
	total := make([]float64, len(c.Models))
	for d, n := range replicas {
		total[c.Deployments[d].Model] += float64(n) * each[d]
	}
	return total
}

// Shortfall returns the demand per model that the capacity does not cover. It ignores rounding
// errors.
func Shortfall(demand, capacity []float64) []float64 {
	short := make([]float64, len(demand))
	for m := range short {
		if s := demand[m] - capacity[m]; s > 1e-9*demand[m] {
			short[m] = s
		}
	}
	return short
}
