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

// roster follows the open replicas of a model. A router with a state for each replica uses it.
type roster struct {
	changes uint32 // v.Changes when the roster was last brought up to date
	members []fleet.ReplicaID
	known   []bool // by Replica.Number: it is a member
}

// sync calls left for every replica that is no longer open, then joined for every new one, in the
// order in which they became ready. While nothing has changed, a call costs one comparison.
func (r *roster) sync(v *sim.View, m fleet.ModelID, joined, left func(fleet.ReplicaID)) {
	changes := v.Changes(m)
	if changes == r.changes {
		return
	}
	r.changes = changes
	r.members = slices.DeleteFunc(r.members, func(at fleet.ReplicaID) bool {
		replica := v.Replica(at)
		if replica.Open() {
			return false
		}
		left(at)
		r.known[replica.Number] = false
		return true
	})
	for i := range v.Open(m) {
		at := v.OpenAt(m, i)
		n := v.Replica(at).Number
		if r.known = fleet.AtLeast(r.known, n); r.known[n] {
			continue
		}
		r.known[n] = true
		r.members = append(r.members, at)
		joined(at)
	}
}
