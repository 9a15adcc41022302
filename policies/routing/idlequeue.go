package routing

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// IdleQueue gives each request to the replica that has been idle longest. If none is idle, it
// goes to an open replica drawn uniformly. Source: Lu et al., "Join-Idle-Queue", Performance
// Evaluation, 2011, with one dispatcher.
type IdleQueue struct {
	stream *kernel.Stream
	order  *fleet.Measure
	turn   float64   // number of times that a replica became idle
	since  []float64 // per replica: the turn at which it became idle; 0: it is not idle
}

// NewIdleQueue returns a router that draws from a stream of its own, named after the seed and the
// replication.
func NewIdleQueue(seed uint64, replication int) *IdleQueue {
	p := &IdleQueue{stream: kernel.NewStream(seed, replication, "routing/join-idle-queue", 0)}
	p.order = &fleet.Measure{Key: p.line}
	return p
}

// line returns a replica's place among the idle replicas: the longer it is idle, the lower.
func (p *IdleQueue) line(f *fleet.Fleet, at fleet.ReplicaID) float64 {
	p.since = fleet.AtLeast(p.since, at)
	if f.Outstanding(at) > 0 {
		p.since[at] = 0
		return fleet.Barred
	}
	if p.since[at] == 0 {
		p.turn++
		p.since[at] = p.turn
	}
	return p.since[at]
}

// Route implements sim.Router.
func (p *IdleQueue) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	if at, _ := v.Least(r.Model, p.order); at != fleet.NoReplica {
		return at
	}
	n := v.Open(r.Model)
	if n == 0 {
		return fleet.NoReplica
	}
	return v.OpenAt(r.Model, p.stream.IntN(n))
}

// String returns "join-idle-queue".
func (*IdleQueue) String() string { return "join-idle-queue" }
