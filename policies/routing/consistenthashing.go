package routing

import (
	"fmt"
	"math"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// ConsistentHashing sends requests with the same key to the same replica as long as that replica is
// not overloaded, and moves few keys when replicas come and go. The key is the session. Without a
// session it is the tenant, and without a tenant the request itself.
//
// Every replica has a place. Every key visits the places in a random order of its own (its tour). A
// request goes to the first replica on the tour with fewer unfinished requests than
// ⌈bound·average⌉. The average is over the open replicas, and counts this request, too.
//
//	bound   Mirrokni, Thorup and Zadimoghaddam, "Consistent hashing with bounded loads", SODA 2018
//	tour    Chen, Coleman and Shrivastava, "Revisiting consistent hashing with bounded loads",
//	        AAAI 2021: keys of an overloaded replica go to all others, not only to the neighbour
//	        on a ring, so the other replicas get equal shares of its load
//	places  Dong and Wang, "DxHash", arXiv 2107.07930; here the number of places may grow
type ConsistentHashing struct {
	bound  float64
	models []hashed
}

// hashed holds the places of the replicas of one model.
type hashed struct {
	places
	tour   tour
	roster roster
}

// DefaultBound is the bound of ConsistentHashing.
const DefaultBound = 1.25

// NewConsistentHashing returns a router. The bound must be a number of at least 1.
func NewConsistentHashing(bound float64) (*ConsistentHashing, error) {
	if !(bound >= 1) || math.IsInf(bound, 0) {
		return nil, fmt.Errorf("bound: %v is not a number from 1 up", bound)
	}
	return &ConsistentHashing{bound: bound}, nil
}

// Route implements sim.Router.
func (p *ConsistentHashing) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	open := v.Open(r.Model)
	if open == 0 {
		return fleet.NoReplica
	}
	p.models = fleet.AtLeast(p.models, r.Model)
	h := &p.models[r.Model]
	h.roster.sync(v, r.Model,
		func(at fleet.ReplicaID) { h.enter(v.Replica(at).Number) },
		func(at fleet.ReplicaID) { h.leave(v.Replica(at).Number) })
	average := (v.Sum(r.Model, fleet.LeastOutstanding) + 1) / float64(open)
	limit := math.Ceil(p.bound * average)
	// The loop ends, because at least one replica is below the limit. Otherwise the sum of
	// unfinished requests would be larger than it is.
	h.tour.begin(keyOf(v, r), len(h.numbers))
	for {
		if n := h.next(); n != vacant && v.Key(r.Model, fleet.LeastOutstanding, int(n)) < limit {
			return v.ByNumber(r.Model, int(n))
		}
	}
}

// next goes to the next place of the tour. It returns the number of the replica there, or vacant.
func (h *hashed) next() int32 {
	if at := h.tour.next(); at < len(h.numbers) {
		return h.numbers[at]
	}
	return vacant
}

// keyOf returns the key of a request (see ConsistentHashing).
func keyOf(v *sim.View, r *fleet.Request) uint64 {
	switch {
	case r.Session != 0:
		return kernel.Mix(uint64(r.Session)) ^ 1
	case len(v.Spec().Tenants) > 0:
		return kernel.Mix(uint64(r.Tenant)) ^ 2
	}
	return kernel.Mix(uint64(r.Ordinal)) ^ 3
}

// String returns "consistent-hashing", with the bound if it is not the default.
func (p *ConsistentHashing) String() string {
	if p.bound != DefaultBound {
		return fmt.Sprintf("consistent-hashing(bound %v)", p.bound)
	}
	return "consistent-hashing"
}
