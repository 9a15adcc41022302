package allocation

import (
	"fmt"
	"slices"

	"wavetank/policies/optimize"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Stages is an allocator made of one algorithm for each stage.
type Stages struct {
	Label   string // label of the allocator, without its placer
	Demand  Estimator
	Control Controller
	Plan    Planner
	Place   Placer

	Deployment string // serve only by deployments that match this name (fleet.Deployment.Matches)
	WholeRun   bool   // plan with the most machines of the run, not with those to be had now
}

// DefaultPlacer is the placer that a label does not name.
const DefaultPlacer = "best-fit"

// Allocate implements sim.Allocator.
func (s *Stages) Allocate(v *sim.View) (sim.Plan, error) {
	t, err := s.Targets(v)
	if err != nil {
		return sim.Plan{}, err
	}
	plan, err := s.Place.Place(v, t)
	if err != nil {
		return sim.Plan{}, fmt.Errorf("place: %w", err)
	}
	return plan, nil
}

// Targets asks all stages but the last.
func (s *Stages) Targets(v *sim.View) (Targets, error) {
	demand, err := s.Demand.Estimate(v)
	if err != nil {
		return Targets{}, fmt.Errorf("demand: %w", err)
	}
	now := NewSituation(v, demand, s.Deployment, s.WholeRun)
	wanted := s.Control.Control(now)
	if wanted.Counts {
		now.Problem = counted(now.Problem)
	}
	replicas, err := s.Plan.Plan(now, wanted.Amount)
	if err != nil {
		return Targets{}, fmt.Errorf("plan: %w", err)
	}
	t := Targets{Replicas: replicas, Demand: demand, Capacity: PlannedCapacity(v.Spec(), replicas)}
	t.Shortfall = s.Control.Unserved(demand, t.Capacity)
	return t, nil
}

// String returns the label, followed by "+" and the placer unless that is the default one.
func (s *Stages) String() string {
	if s.Place.String() == DefaultPlacer {
		return s.Label
	}
	return s.Label + "+" + s.Place.String()
}

// counted returns the problem in which every replica counts as one.
func counted(p optimize.Problem) optimize.Problem {
	p.Configurations = slices.Clone(p.Configurations)
	for d := range p.Configurations {
		p.Configurations[d].Capacity = 1
	}
	return p
}

// PlannedCapacity returns the planned capacity of each model, in requests per second, with the
// given number of replicas of each deployment.
func PlannedCapacity(c *fleet.Spec, replicas []int) []float64 {
	total := make([]float64, len(c.Models))
	for d, n := range replicas {
		total[c.Deployments[d].Model] += float64(n) * c.Deployments[d].Capacity
	}
	return total
}

// Shortfall returns the demand that capacity does not cover, per model. A rounding error is none.
func Shortfall(demand, capacity []float64) []float64 {
	short := make([]float64, len(demand))
	for m := range short {
		if s := demand[m] - capacity[m]; s > 1e-9*demand[m] {
			short[m] = s
		}
	}
	return short
}
