package routing

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Random gives each request to an open replica drawn uniformly, whatever their loads.
type Random struct {
	stream *kernel.Stream
}

// NewRandom returns a router that draws from a stream of its own, named after the seed and the
// replication.
func NewRandom(seed uint64, replication int) *Random {
	return &Random{kernel.NewStream(seed, replication, "routing/random", 0)}
}

// Route implements sim.Router.
func (p *Random) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	n := v.Open(r.Model)
	if n == 0 {
		return fleet.NoReplica
	}
	return v.OpenAt(r.Model, p.stream.IntN(n))
}

// String returns "random".
func (*Random) String() string { return "random" }
