// Package routing holds the routers: one rule each for giving a request to a replica. A router that
// finds no replica to its liking answers fleet.NoReplica, and the request waits. A router serves
// one run.
//
// The time of a decision does not grow with the number of replicas, unless the router's comment
// says so: routers ask the View for the least loaded replica, which the fleet always knows.
//
// A router that is to be added begins as a copy of leastoutstanding.go, or of random.go where it
// draws. One line in policies/registry/routers.go names it.
package routing

import (
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// roster follows the ready replicas of a model, for a router that keeps something about each.
type roster struct {
	changes uint32 // v.Changes when the roster was last brought up to date
	members []fleet.ReplicaID
}

// sync calls left for every replica that is no longer ready, then joined for every new one, in the
// order they became ready. While nothing has changed it costs one comparison.
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
