package routing

import (
	"fmt"
	"math"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// ConsistentHashing sends what has the same key to the same replica as long as that one is not
// overloaded, and moves few keys when replicas come and go. Every replica has a place, every key
// visits the places in a random order of its own, and a request goes to the first replica on the
// way of its key that has fewer unfinished requests than ⌈bound·average⌉, the average over ready
// replicas counting this request. The bound is that of Mirrokni, Thorup and Zadimoghaddam,
// "Consistent hashing with bounded loads" (SODA 2018). That keys go on to anywhere, rather than to
// the neighbour on a ring, follows Chen, Coleman and Shrivastava, "Revisiting consistent hashing
// with bounded loads" (AAAI 2021): all replicas have equal shares of the keys, and one that is
// overloaded burdens all others alike. Places that are looked at in a pseudo-random order are the
// idea of Dong and Wang, "DxHash" (arXiv 2107.07930); here their number may grow. The key is the
// session, else the tenant, else the request itself.
type ConsistentHashing struct {
	bound  float64
	models []hashed
}

// hashed is the replicas of one model.
type hashed struct {
	places
	tour   tour
	roster roster
}

// DefaultBound is the bound of ConsistentHashing.
const DefaultBound = 1.25

// NewConsistentHashing returns a router with a bound of at least 1.
func NewConsistentHashing(bound float64) (*ConsistentHashing, error) {
	if !(bound >= 1) || math.IsInf(bound, 0) {
		return nil, fmt.Errorf("bound: %v is not a number from 1 up", bound)
	}
	return &ConsistentHashing{bound: bound}, nil
}

// Route implements sim.Router.
func (p *ConsistentHashing) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	ready := v.Ready(r.Model)
	if ready == 0 {
		return fleet.NoReplica
	}
	p.models = fleet.AtLeast(p.models, r.Model)
	h := &p.models[r.Model]
	h.roster.sync(v, r.Model,
		func(at fleet.ReplicaID) { h.enter(v.Replica(at).Number) },
		func(at fleet.ReplicaID) { h.leave(v.Replica(at).Number) })
	average := (v.Sum(r.Model, fleet.LeastOutstanding) + 1) / float64(ready)
	limit := math.Ceil(p.bound * average)
	// Somebody is below the limit, for else the sum would be larger than it is.
	h.tour.begin(keyOf(v, r), len(h.numbers))
	for {
		if n := h.next(); n != vacant && v.Key(r.Model, fleet.LeastOutstanding, int(n)) < limit {
			return v.ByNumber(r.Model, int(n))
		}
	}
}

// next returns the number of the replica in the next place of the tour, or vacant.
func (h *hashed) next() int32 {
	if at := h.tour.next(); at < len(h.numbers) {
		return h.numbers[at]
	}
	return vacant
}

// keyOf returns what decides where a request goes.
func keyOf(v *sim.View, r *fleet.Request) uint64 {
	switch {
	case r.Session != 0:
		return kernel.Mix(uint64(r.Session)) ^ 1
	case len(v.Spec().Tenants) > 0:
		return kernel.Mix(uint64(r.Tenant)) ^ 2
	}
	return kernel.Mix(uint64(r.Ordinal)) ^ 3
}

// String returns "consistent-hashing", with the bound where it is not the default.
func (p *ConsistentHashing) String() string {
	if p.bound != DefaultBound {
		return fmt.Sprintf("consistent-hashing(bound %v)", p.bound)
	}
	return "consistent-hashing"
}
