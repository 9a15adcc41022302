package routing

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// RoundRobin gives the requests of a model to its open replicas in turn. Each model has a position
// in its list of open replicas. The position stays the same when replicas come and go.
type RoundRobin struct {
	next []int // per model
}

// NewRoundRobin returns a router that begins with the first replica of every model.
func NewRoundRobin() *RoundRobin { return &RoundRobin{} }

// Route implements sim.Router.
func (p *RoundRobin) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	n := v.Open(r.Model)
	if n == 0 {
		return fleet.NoReplica
	}
	p.next = fleet.AtLeast(p.next, r.Model)
	next := &p.next[r.Model]
	turn := *next
	if turn >= n {
		turn = 0
	}
	*next = turn + 1
	return v.OpenAt(r.Model, turn)
}

// String returns "round-robin".
func (*RoundRobin) String() string { return "round-robin" }
