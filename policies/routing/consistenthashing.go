package routing

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// ConsistentHashing sends what has the same key to the same replica as long as that one is not overloaded, and
// moves few keys when replicas come and go: keys and several points per replica are hashed onto a ring, and a
// request goes to the first point at or after its key whose replica has fewer unfinished requests than
// ⌈bound·average⌉, the average over ready replicas counting this request (Mirrokni, Thorup and Zadimoghaddam, "Consistent
// hashing with bounded loads", SODA 2018). The key is the session, else the tenant, else the request itself.
type ConsistentHashing struct {
	bound  float64
	points int
	rings  []circle // per model
}

// circle is the ring of one model and the replicas on it.
type circle struct {
	ring
	roster roster
}

// Defaults of ConsistentHashing.
const (
	DefaultBound  = 1.25
	DefaultPoints = 8
)

// NewConsistentHashing returns a router with so many points per replica on the ring.
func NewConsistentHashing(bound float64, points int) (*ConsistentHashing, error) {
	var faults []error
	if !(bound >= 1) || math.IsInf(bound, 0) {
		faults = append(faults, fmt.Errorf("bound: %v is not a number from 1 up", bound))
	}
	if points < 1 || points > 1000 {
		faults = append(faults, fmt.Errorf("points: %d is outside [1, 1000]", points))
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return &ConsistentHashing{bound: bound, points: points}, nil
}

// Route implements sim.Router.
func (p *ConsistentHashing) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	ready := v.Ready(r.Model)
	if ready == 0 {
		return fleet.NoReplica
	}
	p.rings = fleet.AtLeast(p.rings, r.Model)
	c := &p.rings[r.Model]
	c.roster.sync(v, r.Model,
		func(at fleet.ReplicaID) {
			for i := range p.points {
				c.add(pointOf(v, at, i))
			}
		},
		func(at fleet.ReplicaID) {
			for i := range p.points {
				c.remove(pointOf(v, at, i))
			}
		})
	average := (v.Sum(r.Model, fleet.LeastOutstanding) + 1) / float64(ready)
	limit := math.Ceil(p.bound * average)
	// Somebody is below the limit, for else the sum would be larger than it is.
	i := c.after(keyOf(v, r))
	for v.Key(r.Model, fleet.LeastOutstanding, int(c.table[i].number)) >= limit {
		i = c.next(i)
	}
	return v.ByNumber(r.Model, int(c.table[i].number))
}

// pointOf returns a replica's i-th point on the ring.
func pointOf(v *sim.View, at fleet.ReplicaID, i int) point {
	return point{uint32(kernel.Mix(kernel.Mix(uint64(at))^uint64(i)) >> 32), v.Replica(at).Number}
}

// keyOf returns where a request is on the ring.
func keyOf(v *sim.View, r *fleet.Request) uint32 {
	switch {
	case r.Session != 0:
		return uint32(kernel.Mix(kernel.Mix(uint64(r.Session))^1) >> 32)
	case len(v.Catalog().Tenants) > 0:
		return uint32(kernel.Mix(kernel.Mix(uint64(r.Tenant))^2) >> 32)
	}
	return uint32(kernel.Mix(kernel.Mix(uint64(r.Ordinal))^3) >> 32)
}

// String returns "consistent-hashing", with the parameters that differ from their defaults.
func (p *ConsistentHashing) String() string {
	var parts []string
	if p.bound != DefaultBound {
		parts = append(parts, fmt.Sprintf("bound %v", p.bound))
	}
	if p.points != DefaultPoints {
		parts = append(parts, fmt.Sprintf("points %d", p.points))
	}
	if len(parts) == 0 {
		return "consistent-hashing"
	}
	return "consistent-hashing(" + strings.Join(parts, ", ") + ")"
}
