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
	extra  []int     // levels by which the demand of each model is raised above the others
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
	a := &arranger{fleets: f, extra: make([]int, len(f.Loads))}
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
// the solver plans for the max-min fair levels of demand that the machines carry. If every machine
// has only one use, it is full of replicas. ok is false if some model with a load has no room.
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
	return a.fair(&c)
}

// least and most are the lowest and the highest level of demand. The level of one model need not
// rise above enough, which is highest times its peak load.
const least, most, enough = -2 * steps, 3 * steps, steps

// mostRounds bounds how often fair leaves models behind. Each round takes several plans.
const mostRounds = 8

// fair returns the plan for the levels of demand that are max-min fair. The levels of all models
// rise together as far as the machines carry them. Then the models whose level cannot rise any
// more stay where they are, and the others go on. So a model with little room does not keep the
// machines of other models empty.
func (a *arranger) fair(c *fleet.Spec) (replicas []int, ok bool, err error) {
	f := &fair{arranger: a, spec: c, level: slices.Clone(a.extra)}
	var open []int
	for m, l := range a.fleets.Loads {
		if f.level[m] += least; l.Mean > 0 {
			open = append(open, m)
		}
	}
	if ok, err = f.rise(nil, 0); !ok || err != nil {
		return nil, false, err
	}
	at, high := least, most // the demand at level high is too much
	for round := 0; round < mostRounds && len(open) > 0 && at < high-1; round++ {
		for high-at > 1 {
			half := (high - at) / 2
			fits, err := f.rise(open, half)
			switch {
			case err != nil:
				return nil, false, err
			case fits:
				at += half
			default:
				high = at + half
			}
		}
		if open, err = f.riseSome(open); err != nil {
			return nil, false, err
		}
		at, high = at+1, max(at+2, enough)
	}
	return f.replicas, true, nil
}

// fair is the state of the search for fair levels.
type fair struct {
	*arranger
	spec     *fleet.Spec
	level    []int // level of demand of each model
	replicas []int // plan for these levels
}

// rise raises the levels of models if the machines carry the demand, and reports whether they do.
func (f *fair) rise(models []int, by int) (bool, error) {
	for _, m := range models {
		f.level[m] += by
	}
	replicas, fits, err := f.at(f.spec, f.level)
	if fits && err == nil {
		f.replicas = replicas
		return true, nil
	}
	for _, m := range models {
		f.level[m] -= by
	}
	return false, err
}

// riseSome raises the levels of models by 1, of as many as possible, and returns those models. They
// cannot all rise.
func (f *fair) riseSome(models []int) (risen []int, err error) {
	if len(models) < 2 {
		return nil, nil
	}
	for _, part := range [][]int{models[:len(models)/2], models[len(models)/2:]} {
		fits, err := f.rise(part, 1)
		if err != nil {
			return nil, err
		}
		if !fits {
			if part, err = f.riseSome(part); err != nil {
				return nil, err
			}
		}
		risen = append(risen, part...)
	}
	return risen, nil
}

// rounding is a share of the demand that a plan may leave unserved: the capacity of a replica is
// that with which some number of replicas serves the demand but for rounding errors.
const rounding = 1e-7

// at returns the plan for the demand of each model at a level, and whether it serves all of it on
// these machines.
func (a *arranger) at(c *fleet.Spec, level []int) (replicas []int, fits bool, err error) {
	demand := make([]float64, len(a.fleets.Loads))
	for m, l := range a.fleets.Loads {
		if l.Mean > 0 {
			low, high := lowest*l.Mean, highest*l.Peak
			demand[m] = low * math.Pow(high/low, float64(level[m])/steps)
		}
	}
	plan, err := a.fleets.Plan(c, demand)
	if err != nil {
		return nil, false, err
	}
	for m, d := range demand {
		if plan.Capacity[m] < d*(1-rounding) {
			return nil, false, nil
		}
	}
	placed := registry.Fixed{Placer: registry.WithDefaults[registry.Placer]("best-fit")}
	room, err := placed.Room(c, plan.Replicas)
	return plan.Replicas, err == nil && slices.Equal(room, plan.Replicas), err
}
