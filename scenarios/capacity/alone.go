package capacity

import (
	"fmt"
	"math"
	"slices"

	"wavetank/policies/allocation"
	planned "wavetank/policies/capacity"
	"wavetank/policies/registry"
	"wavetank/sim/fleet"
)

// alone is a fleet with n replicas of one deployment. If these compute only a part of each request,
// there are also more than enough replicas for the other part, on machines of their own.
type alone struct {
	spec     *fleet.Spec
	replicas []int // for each deployment
	model    fleet.ModelID
	aim      *aim
	sample   *sample
	full     float64 // planned requests per second of all replicas if they never idle
	short    bool    // answers end with their first token; no replica decodes
	links    links

	// work returns the mean work of requests of some mean lengths, in tokens, for what limits the
	// load of a pool; nil if the replicas compute whole requests.
	work func(fleet.PlannedLengths) float64
}

// ofPool reports whether the replicas compute only a part of each request, and the order of the
// sample does not matter.
func (a *alone) ofPool() bool { return a.work != nil && !a.sample.inOrder }

// links describes the network links of the n replicas if they send or receive KV caches. As many
// of them as possible share a machine and its link.
type links struct {
	machines int
	full     float64 // load at which the links would be full; +Inf: never
	fullHalf float64 // the same for half of the replicas
}

// newLinks returns the links of n replicas. input is the mean length of a prompt in tokens. each is
// the planned requests per second of a replica that never idles.
func newLinks(c *fleet.Spec, d *fleet.Deployment, n int, input, each float64) links {
	most := max(1, c.Types[d.Type].MostReplicas(&d.Need))
	return links{(n + most - 1) / most, planned.Carried(c, d, input, n) / each, planned.Carried(c, d, input, n/2) / each}
}

// newAlone returns a fleet of n replicas of a deployment, for requests from a sample. utilization
// is the planned utilization.
func newAlone(c *fleet.Spec, id fleet.DeploymentID, n int, s *sample, utilization float64) (*alone, error) {
	d := &c.Deployments[id]
	a := &alone{model: c.Asked(d.Model), sample: s, replicas: make([]int, len(c.Deployments)), full: float64(n) * d.Capacity / utilization}
	a.replicas[id] = n
	a.links = links{0, math.Inf(1), math.Inf(1)}
	kind, other := whole, fleet.ModelID(-1)
	if dec := c.Models[d.Model].Decoder; dec > 0 {
		kind, other = prefill, dec
	} else if a.model != d.Model {
		kind, other = decode, a.model
	}
	if kind != whole {
		a.links = newLinks(c, d, n, s.mean.Input, d.Capacity/utilization)
		a.work = func(mean fleet.PlannedLengths) float64 { return mean.Input }
		if kind == decode && a.links.full >= 1 {
			a.work = func(mean fleet.PlannedLengths) float64 { return mean.Output }
		}
	}
	if kind == prefill && planned.Crowded*a.links.full < 1 {
		kind = sending
	}
	a.spec = undisturbed(c)
	a.aim = newAim(a.spec, kind, a.sample)
	a.short = kind == prefill && !a.ends()
	if kind != whole {
		company, err := companion(c, d, other)
		if err != nil {
			return nil, err
		}
		mate := &c.Deployments[company]
		if kind == decode {
			a.aim.divide(mate, d, s)
		} else {
			a.aim.divide(d, mate, s)
		}
		if !a.short {
			const load = 0.35 // load of the replicas for the other part, and of their links
			each := min(mate.Capacity/utilization, planned.Carried(c, mate, s.mean.Input, math.MaxInt))
			a.replicas[company] = 1 + int(math.Ceil(a.full/load/each))
			a.separate(company)
		}
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

// separate gives the replicas of a deployment a machine type of their own, equal to their present
// one. So the other replicas have machines to themselves, and every KV cache moves over their
// links. If both shared machines, the rate would depend on how many of each are on each machine.
func (a *alone) separate(d fleet.DeploymentID) {
	a.spec.Deployments = slices.Clone(a.spec.Deployments)
	own := &a.spec.Deployments[d].Type
	a.spec.Types = append(a.spec.Types, a.spec.Types[*own])
	*own = fleet.TypeID(len(a.spec.Types) - 1)
}

// ends reports whether some request has an objective for its end.
func (a *alone) ends() bool {
	return slices.ContainsFunc(a.aim.groups, func(g group) bool { return g.held.Latency > 0 })
}

// companion returns a deployment of the model that computes the other part of requests. It prefers
// a deployment on the same machine type, and otherwise takes the first.
func companion(c *fleet.Spec, of *fleet.Deployment, other fleet.ModelID) (fleet.DeploymentID, error) {
	found := -1
	for i := range c.Deployments {
		if d := &c.Deployments[i]; d.Model == other && (found < 0 || d.Type == of.Type && c.Deployments[found].Type != of.Type) {
			found = i
		}
	}
	if found < 0 {
		return 0, fmt.Errorf("%s needs a deployment of %s for the other part of its requests", of.Name, c.Models[other].Name)
	}
	return fleet.DeploymentID(found), nil
}

// undisturbed returns a specification in which machines never fail and can always be rented, there
// are no pipelines and no zones, and replicas that share a GPU in time keep to their shares.
func undisturbed(of *fleet.Spec) *fleet.Spec {
	c := *of
	c.Pipelines, c.StorageBandwidth, c.StorageOutages, c.Zones, c.RoundTrips, c.Grace = nil, 0, nil, nil, nil, 0
	c.Types = slices.Clone(of.Types)
	c.KeepsShares = true
	c.Deployments = slices.Clone(of.Deployments)
	for i := range c.Deployments {
		if d := &c.Deployments[i]; d.TimeShare > 0 {
			d.Need.GPUShare = fleet.WholeGPU // it has a GPU, and keeps to its share of time
		}
	}
	for i := range c.Types {
		t := &c.Types[i]
		t.Failures, t.Spot, t.Outages, t.Supply = fleet.Failures{}, fleet.Spot{}, nil, nil
		t.Slowdowns, t.Zones, t.Maintenance = nil, nil, nil
		t.Min, t.Reserved = 0, 0
	}
	return &c
}

// newConstant returns an allocator that keeps constant numbers of replicas. It packs them on
// machines by first fit.
func newConstant(c *fleet.Spec, replicas []int) (*allocation.Constant, error) {
	choice := registry.WithDefaults[registry.Placer]("first-fit")
	placer, err := choice.New(registry.Context{})
	none := make([]float64, len(c.Models))
	kept := allocation.Targets{Chosen: allocation.Chosen{Replicas: replicas}, Each: make([]float64, len(replicas)), Demand: none, Shortfall: none}
	return &allocation.Constant{Label: "constant", Fleet: kept, Place: placer}, err
}
