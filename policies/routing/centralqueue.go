package routing

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// CentralQueue keeps the requests of a model in one queue. The oldest request goes to a replica
// only when the replica could start it now, with all its items, in its next batch. No request
// overtakes the oldest one. Among several such replicas, the one with the fewest unfinished
// requests takes the request. Ties go to the lowest identity. With batches of one request this is
// the single queue of M/M/c.
type CentralQueue struct{}

// NewCentralQueue returns the router.
func NewCentralQueue() CentralQueue { return CentralQueue{} }

// Route implements sim.Router.
func (CentralQueue) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	at, _ := v.Least(r.Model, fleet.LeastOutstandingWithRoom)
	if at == fleet.NoReplica || r.Places() == 1 || v.HasRoom(at, r) {
		return at
	}
	return leastWithRoom(v, r)
}

// leastWithRoom returns the replica with the fewest unfinished requests that has room for all items
// of a request, or fleet.NoReplica.
func leastWithRoom(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	best := fleet.NoReplica
	for i := range v.Open(r.Model) {
		at := v.OpenAt(r.Model, i)
		if !v.HasRoom(at, r) {
			continue
		}
		if n := v.Outstanding(at); best == fleet.NoReplica || n < v.Outstanding(best) || n == v.Outstanding(best) && at < best {
			best = at
		}
	}
	return best
}

// Retains implements sim.Retaining.
func (CentralQueue) Retains() bool { return true }

// String returns "central-queue".
func (CentralQueue) String() string { return "central-queue" }
