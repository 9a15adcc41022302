package plan

import (
	"math"
	"slices"

	"wavetank/policies/registry"
	"wavetank/scenarios"
	"wavetank/sim/fleet"
)

// arranger decides which replicas run on the machines of a fleet.
type arranger struct {
	fleets *scenarios.ConstantFleets
	split  *splitter // if not nil, it decides alone
	sole   []int     // per type, the only deployment that can run on it; nil: there is a choice
}

// Levels of planned demand go from lowest times the mean load to highest times the peak load at
// level steps, by equal factors, and as far below and above.
const (
	lowest  = 0.6
	highest = 2.
	steps   = 30
)

// newArranger returns the arranger of a variant.
func newArranger(f *scenarios.ConstantFleets, c *carrier) *arranger {
	a := &arranger{fleets: f}
	models := 0
	for _, l := range f.Loads {
		if l.Mean > 0 {
			models++
		}
	}
	sole := slices.Repeat([]int{-1}, len(f.Spec.Types))
	for _, k := range c.needs {
		d := &f.Spec.Deployments[k.deployment]
		if sole[d.Type] >= 0 || d.Need.GPUShare > 0 && d.Need.GPUShare < fleet.WholeGPU && f.Spec.Interferes() {
			return a
		}
		sole[d.Type] = k.deployment
	}
	if models == 1 {
		a.sole = sole
	}
	return a
}

// arrange returns the number of replicas of each deployment that run on the machines: those that
// the solver plans for the highest demand that the machines carry. If every machine has only one
// use, it is full of replicas. ok is false if some model with a load has no room.
func (a *arranger) arrange(machines []int) (replicas []int, ok bool, err error) {
	if a.split != nil {
		return a.split.arrange(machines)
	}
	c := *a.fleets.Spec
	c.Types = slices.Clone(c.Types)
	for t := range c.Types {
		c.Types[t].Max, c.Types[t].Min = machines[t], min(c.Types[t].Min, machines[t])
	}
	if a.sole != nil {
		replicas = make([]int, len(c.Deployments))
		for t, d := range a.sole {
			if d >= 0 {
				replicas[d] = machines[t] * c.Types[t].MostReplicas(&c.Deployments[d].Need)
			}
		}
		return replicas, true, nil
	}
	low, high := -2*steps, 3*steps // the demand at low is served, that at high is not
	for high-low > 1 {
		half := low + (high-low)/2
		found, fits, err := a.at(&c, half)
		switch {
		case err != nil:
			return nil, false, err
		case fits:
			low, replicas = half, found
		default:
			high = half
		}
	}
	return replicas, replicas != nil, nil
}

// at returns the plan for the demand at a level, and whether it serves all of it on these machines.
func (a *arranger) at(c *fleet.Spec, level int) (replicas []int, fits bool, err error) {
	demand := make([]float64, len(a.fleets.Loads))
	for m, l := range a.fleets.Loads {
		if l.Mean > 0 {
			low, high := lowest*l.Mean, highest*l.Peak
			demand[m] = low * math.Pow(high/low, float64(level)/steps)
		}
	}
	plan, err := a.fleets.Plan(c, demand)
	if err != nil {
		return nil, false, err
	}
	for m, d := range demand {
		if plan.Capacity[m] < d*(1-1e-9) {
			return nil, false, nil
		}
	}
	placed := registry.Fixed{Placer: registry.WithDefaults[registry.Placer]("best-fit")}
	room, err := placed.Room(c, plan.Replicas)
	return plan.Replicas, err == nil && slices.Equal(room, plan.Replicas), err
}
