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
		r.seen = fleet.AtLeast(r.seen, at)
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
