package metrics

import (
	"sort"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// supply holds the capacity to serve each model, over time.
type supply struct {
	spec    *fleet.Spec
	counts  []replicaCount         // per deployment
	each    []float64              // per deployment: capacity of one replica, requests per second
	planned []float64              // per model: capacity by the last plan; nil: unknown
	demand  []float64              // per model: demand by the last plan; nil: unknown
	of      [][]fleet.DeploymentID // per model: its deployments
	history [][]provided           // per model, in the order of time
}

// replicaCount counts the replicas that are booting or loading, and those that are ready.
type replicaCount struct{ coming, ready int }

// provided is the capacity for a model from an instant on. Rates are in requests per second.
type provided struct {
	since kernel.Time
	replicaCount
	planned  float64 // capacity by the last plan
	capacity float64 // capacity of the ready replicas
	demand   float64 // demand for which the last plan was made; negative: unknown
	price    float64 // $/h for a capacity of 1/s at that time, by the replicas that exist
}

func newSupply(c *fleet.Spec) supply {
	s := supply{
		spec: c, counts: make([]replicaCount, len(c.Deployments)), of: make([][]fleet.DeploymentID, len(c.Models)),
		history: make([][]provided, len(c.Models)),
	}
	for d := range c.Deployments {
		s.each = append(s.each, c.Deployments[d].Capacity)
		m := c.Deployments[d].Model
		s.of[m] = append(s.of[m], fleet.DeploymentID(d))
	}
	for m := range s.history {
		s.history[m] = []provided{{demand: -1}}
	}
	return s
}

// decided records a plan.
func (s *supply) decided(f *sim.Fact) {
	for d := range s.each {
		s.each[d] = s.spec.Deployments[d].Capacity
	}
	copy(s.each, f.Plan.Each)
	s.planned, s.demand = append(s.planned[:0], f.Plan.Capacity...), append(s.demand[:0], f.Plan.Demand...)
	for m := range s.history {
		s.change(fleet.ModelID(m), f.At)
	}
}

// replica counts a replica that comes or goes.
func (s *supply) replica(f *sim.Fact) {
	n := &s.counts[f.Deployment]
	switch f.Kind {
	case sim.ReplicaLoading:
		n.coming++
	case sim.ReplicaReady:
		n.coming--
		n.ready++
	case sim.ReplicaCancelled:
		n.coming--
	case sim.ReplicaDraining:
		n.ready--
	}
	s.change(f.Model, f.At)
}

// change records the capacity for a model from an instant on.
func (s *supply) change(id fleet.ModelID, now kernel.Time) {
	p := provided{since: now, demand: -1}
	there, rent := 0.0, 0.0
	for _, d := range s.of[id] {
		n := &s.counts[d]
		p.coming += n.coming
		p.ready += n.ready
		p.capacity += float64(n.ready) * s.each[d]
		there += float64(n.coming+n.ready) * s.each[d]
		rent += float64(n.coming+n.ready) * replicaPrice(s.spec, d, now)
	}
	if p.planned = there; len(s.planned) > 0 {
		p.planned = s.planned[id]
	}
	if len(s.demand) > 0 {
		p.demand = s.demand[id]
	}
	if there > 0 {
		p.price = rent / there
	}
	list := s.history[id]
	last := &list[len(list)-1]
	same := *last
	if same.since = now; last.since == now || same == p {
		p.since = last.since
		*last = p
		return
	}
	if len(list) >= 2*windowsKept {
		list = append(list[:0], list[windowsKept:]...)
	}
	s.history[id] = append(list, p)
}

// at returns the capacity for a model at the end of an instant.
func (s *supply) at(id fleet.ModelID, at kernel.Time) *provided {
	list := s.history[id]
	i := sort.Search(len(list), func(i int) bool { return list[i].since > at })
	return &list[max(0, i-1)]
}

// misjudged reports whether the plan expected less load than arrived.
func (p *provided) misjudged(load float64) bool { return p.demand >= 0 && exceeds(load, p.demand) }

// replicaPrice returns the price of a replica at an instant, in $/h: the price of the machine times
// the share of its devices that the replica takes.
func replicaPrice(c *fleet.Spec, id fleet.DeploymentID, now kernel.Time) float64 {
	d := &c.Deployments[id]
	_, devices := devicesOf(c, d.Type)
	if _, each := busyDevices(d); devices > 0 {
		return c.Types[d.Type].PriceAt(now) * each * float64(d.Slots) / devices
	}
	return 0
}
