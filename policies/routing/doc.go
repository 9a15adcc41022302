// Package routing holds the routers: one rule each for giving a request to a replica. A router that finds no
// replica to its liking answers fleet.NoReplica, and the request waits. What a decision costs does not depend
// on the number of replicas: routers ask the view for the least loaded one, which the fleet knows at any time.
//
// A router serves one run.
package routing

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// atLeast returns a list with an element for index i, adding zeros where there is none.
func atLeast[E any, I ~int32](list []E, i I) []E {
	if int(i) < len(list) {
		return list
	}
	return append(list, make([]E, int(i)+1-len(list))...)
}

// scatter spreads 64 bits evenly over 64 bits: the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
func scatter(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// roster follows the ready replicas of a model for a router that keeps something about each.
type roster struct {
	changes uint32 // of the view, when it was last looked at
	round   uint32 // number of looks
	members []fleet.ReplicaID
	seen    []uint32 // per replica: the last round in which it was ready
}

// sync calls left for every replica that is no longer ready, and joined for every new one, in the order they
// became ready. While nothing has changed it costs one comparison.
func (r *roster) sync(v *sim.View, m fleet.ModelID, joined, left func(fleet.ReplicaID)) {
	changes := v.Changes(m)
	if r.round > 0 && changes == r.changes {
		return
	}
	before := r.round
	r.changes, r.round = changes, before+1
	for i := range v.Ready(m) {
		at := v.ReadyAt(m, i)
		r.seen = atLeast(r.seen, at)
		if before == 0 || r.seen[at] != before {
			joined(at)
		}
		r.seen[at] = r.round
	}
	for _, at := range r.members {
		if r.seen[at] != r.round {
			left(at)
		}
	}
	r.members = r.members[:0]
	for i := range v.Ready(m) {
		r.members = append(r.members, v.ReadyAt(m, i))
	}
}
