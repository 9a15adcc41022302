package routing

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// CapacityWeighted gives each request to the open replica with the fewest unfinished requests per
// planned capacity, that is the replica with the shortest expected wait. Ties between idle replicas
// go to the largest capacity, then to the lowest identity. It is the rule of weighted least
// connections of the Linux Virtual Server (Zhang, 2000).
type CapacityWeighted struct{}

// NewCapacityWeighted returns the router.
func NewCapacityWeighted() CapacityWeighted { return CapacityWeighted{} }

// loadPerCapacity is the measure by which replicas are ordered: unfinished requests per planned
// capacity, and for idle replicas the larger capacity first.
var loadPerCapacity = &fleet.Measure{Key: func(f *fleet.Fleet, at fleet.ReplicaID) float64 {
	r := f.Replica(at)
	capacity := f.Spec().Deployments[r.Deployment].Capacity
	if n := f.Outstanding(at); n > 0 {
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
