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

	Deployment string // plan only deployments that match this name (fleet.Deployment.Matches)
	WholeRun   bool   // plan with the largest limits on machines in the run, not the present ones

	// KeepLoading says how long a deployment keeps all its replicas once one of them begins to boot
	// or load.
	KeepLoading func(lead time.Duration) time.Duration
	loading     []since // per deployment: how long its replicas have been booting or loading

	UseSpare bool  // room that is left on the planned machines is used for further replicas
	wanted   []int // per deployment, replicas of the last plan, without those in spare room

	Waking bool // the allocator is asked at once when a request finds no replica
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

// Conclude implements sim.Concluding. A stage that wants to see the end of the run has this method.
func (p *Stages) Conclude(v *sim.View) {
	if c, ok := p.Demand.(interface{ Conclude(*sim.View) }); ok {
		c.Conclude(v)
	}
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

// Targets asks all stages except Place.
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
		o.Demand = nil // its prices are per replica, not per request
	}
	p.wanted = chosen.Replicas
	t := Targets{Chosen: chosen, Each: eachOf(now.Problem), Demand: total, UseSpare: p.UseSpare}
	if wanted.Counts {
		t.Each = eachOf(now.Sized)
	}
	t.Capacity = PlannedCapacity(v.Spec(), t.Replicas, t.Each)
	t.Shortfall = p.Control.Unserved(total, t.Capacity)
	return t, nil
}

// Watch makes the planner call see with each allocation problem that it solves from now on, and the
// instant. It reports false if the planner solves no such problems.
func (p *Stages) Watch(see func(at kernel.Time, p optimize.Problem)) bool {
	solving, is := p.Plan.(Solving)
	if is {
		solving.Watch(see)
	}
	return is
}

// String returns the label. If the placer is not the default, "+" and the placer follow.
func (p *Stages) String() string { return placed(p.Label, p.Place) }

// count makes each replica of the problem count as one unit of capacity.
func (s *Situation) count() {
	for d := range s.Problem.Configurations {
		if c := &s.Problem.Configurations[d]; c.Capacity > 0 {
			c.Capacity = 1
		}
	}
}

// eachOf returns the capacity of one replica of each deployment in a problem.
func eachOf(p optimize.Problem) []float64 {
	list := make([]float64, len(p.Configurations))
	for d := range list {
		list[d] = p.Configurations[d].Capacity
	}
	return list
}

// PlannedCapacity returns the planned capacity of each model, in requests per second, for the given
// number of replicas of each deployment. The slice each holds the capacity of one replica of each
// deployment.
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
