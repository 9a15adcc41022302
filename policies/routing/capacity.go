package routing

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// CapacityWeighted gives each request to the ready replica with the fewest unfinished requests
// relative to its planned capacity, that is with the shortest expected wait; ties between idle ones
// to the largest capacity, then to the lowest identity (weighted least connections, as in the Linux
// Virtual Server of Zhang, 2000).
type CapacityWeighted struct{}

// NewCapacityWeighted returns the router.
func NewCapacityWeighted() CapacityWeighted { return CapacityWeighted{} }

var loadPerCapacity = &fleet.Measure{Key: func(f *fleet.Fleet, at fleet.ReplicaID) float64 {
	r := f.Replica(at)
	capacity := f.Spec().Deployments[r.Deployment].Capacity
	if n := r.Outstanding(); n > 0 {
		return float64(n) / capacity
	}
	return -capacity
}}

// Route implements sim.Router.
func (CapacityWeighted) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	at, _ := v.Least(r.Model, loadPerCapacity)
	return at
}

// String returns "capacity-weighted".
func (CapacityWeighted) String() string { return "capacity-weighted" }
