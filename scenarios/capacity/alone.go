package capacity

import (
	"fmt"
	"math"
	"slices"

	"wavetank/policies/allocation"
	"wavetank/policies/registry"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// alone is a deployment on its own: so many replicas of it and, where they do a part of each
// request, ample replicas for the other part.
type alone struct {
	spec     *fleet.Spec
	replicas []int // per deployment
	model    fleet.ModelID
	aim      *aim
	sample   *sample
	full     float64 // planned requests per second of all replicas without idling
	short    bool    // answers end with their first token: nobody decodes
}

// newAlone sets n replicas of a deployment apart, for requests like those of a sample. Utilization
// is that of the plan.
func newAlone(c *fleet.Spec, id fleet.DeploymentID, n int, s *sample, utilization float64) (*alone, error) {
	d := &c.Deployments[id]
	a := &alone{model: c.Asked(d.Model), sample: s, replicas: make([]int, len(c.Deployments)), full: float64(n) * d.Capacity / utilization}
	a.replicas[id] = n
	kind, other := whole, fleet.ModelID(-1)
	if dec := c.Models[d.Model].Decoder; dec > 0 {
		kind, other = prefill, dec
	} else if a.model != d.Model {
		kind, other = decode, a.model
	}
	a.spec = undisturbed(c)
	a.aim = newAim(a.spec, kind, a.sample)
	a.short = kind == prefill && !a.ends()
	if kind != whole && !a.short {
		company, err := companion(c, d, other)
		if err != nil {
			return nil, err
		}
		const load = 0.35 // of the replicas that are ample
		a.replicas[company] = 1 + int(math.Ceil(a.full/load/(c.Deployments[company].Capacity/utilization)))
	}
	most := 0
	for _, n := range a.replicas {
		most += n
	}
	for i := range a.spec.Types {
		a.spec.Types[i].Max = most
	}
	return a, nil
}

// ends reports whether some request is held to its end.
func (a *alone) ends() bool {
	return slices.ContainsFunc(a.aim.groups, func(g group) bool { return g.held.Latency > 0 })
}

// companion returns the deployment of the other part of a model that stands beside a deployment:
// the one on machines of its type, or else the first.
func companion(c *fleet.Spec, of *fleet.Deployment, other fleet.ModelID) (fleet.DeploymentID, error) {
	found := -1
	for i := range c.Deployments {
		if d := &c.Deployments[i]; d.Model == other && (found < 0 || d.Type == of.Type && c.Deployments[found].Type != of.Type) {
			found = i
		}
	}
	if found < 0 {
		return 0, fmt.Errorf("%s has no deployment of %s beside it", of.Name, c.Models[other].Name)
	}
	return fleet.DeploymentID(found), nil
}

// undisturbed returns a spec whose machines are there at once, as many as are ordered, and stay. No
// request goes on from one model to the next.
func undisturbed(of *fleet.Spec) *fleet.Spec {
	c := *of
	c.Pipelines, c.StorageBandwidth, c.Grace = nil, 0, 0
	c.Types = slices.Clone(of.Types)
	for i := range c.Types {
		t := &c.Types[i]
		t.Failures, t.Spot, t.Outages, t.Supply = fleet.Failures{}, fleet.Spot{}, nil, nil
		t.Min, t.Reserved = 0, 0
	}
	return &c
}

// constant is an allocator that loads replicas at the start and changes nothing after. Its placer
// packs them.
type constant struct {
	replicas []int
	placer   allocation.Placer
}

func newConstant(replicas []int) (constant, error) {
	var choice registry.Placer
	choice.Choose("first-fit", nil)
	placer, err := choice.New(registry.Context{})
	return constant{replicas, placer}, err
}

// Allocate implements sim.Allocator.
func (c constant) Allocate(v *sim.View) (sim.Plan, error) {
	none := make([]float64, len(v.Spec().Models))
	return c.placer.Place(v, allocation.Targets{Chosen: allocation.Chosen{Replicas: c.replicas}, Each: make([]float64, len(c.replicas)), Demand: none, Shortfall: none})
}

// String returns "constant".
func (constant) String() string { return "constant" }
