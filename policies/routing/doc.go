// Package routing holds the routers. Each is one rule that chooses a replica for a request. If a
// router returns fleet.NoReplica, the request waits. A router serves one run.
//
// The time of a decision does not grow with the number of replicas, unless the comment of the
// router says so. Routers ask the View for the least loaded replica, and the fleet keeps this
// answer up to date.
//
// To add a router, copy leastoutstanding.go, or random.go if it draws random numbers. Then add a
// line to policies/registry/routers.go.
package routing

import (
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// roster follows the ready replicas of a model. A router with a state for each replica uses it.
type roster struct {
	changes uint32 // v.Changes when the roster was last brought up to date
	members []fleet.ReplicaID
}

// sync calls left for every replica that is no longer ready, then joined for every new one, in the
// order in which they became ready. While nothing has changed, a call costs one comparison.
func (r *roster) sync(v *sim.View, m fleet.ModelID, joined, left func(fleet.ReplicaID)) {
	changes := v.Changes(m)
	if changes == r.changes {
		return
	}
	r.changes = changes
	r.members = slices.DeleteFunc(r.members, func(at fleet.ReplicaID) bool {
		gone := v.Replica(at).State != fleet.Ready
		if gone {
			left(at)
		}
		return gone
	})
	for i := len(r.members); i < v.Ready(m); i++ {
		at := v.ReadyAt(m, i)
		r.members = append(r.members, at)
		joined(at)
	}
}
