package routing

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// LeastOutstanding gives each request to the open replica with the fewest unfinished requests.
// Ties go to the lowest identity. How fast a replica is does not count.
type LeastOutstanding struct{}

// NewLeastOutstanding returns the router.
func NewLeastOutstanding() LeastOutstanding { return LeastOutstanding{} }

// Route implements sim.Router.
func (LeastOutstanding) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	at, _ := v.Least(r.Model, fleet.LeastOutstanding)
	return at
}

// String returns "least-outstanding".
func (LeastOutstanding) String() string { return "least-outstanding" }
