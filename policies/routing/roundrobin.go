package routing

import (
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// RoundRobin gives the requests of a model to its ready replicas in turn. The turn is a position in the list
// of ready replicas; it is kept per model and stays where it is when replicas come and go.
type RoundRobin struct {
	next []int // per model
}

// NewRoundRobin returns a router at the first replica of every model.
func NewRoundRobin() *RoundRobin { return &RoundRobin{} }

// Route implements sim.Router.
func (p *RoundRobin) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	n := v.Ready(r.Model)
	if n == 0 {
		return fleet.NoReplica
	}
	if missing := int(r.Model) + 1 - len(p.next); missing > 0 {
		p.next = slices.Grow(p.next, missing)[:int(r.Model)+1]
	}
	turn := p.next[r.Model]
	if turn >= n {
		turn = 0
	}
	p.next[r.Model] = turn + 1
	return v.ReadyAt(r.Model, turn)
}

// String returns "round-robin".
func (*RoundRobin) String() string { return "round-robin" }
