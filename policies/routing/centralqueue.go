package routing

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// CentralQueue keeps the requests of a model in one queue. It gives the oldest request to a replica
// only when the replica could start it now, in its next batch. Of such replicas it takes the one
// with the fewest unfinished requests. Ties go to the lowest identity. With batches of one request
// this is the single queue of M/M/c.
type CentralQueue struct{}

// NewCentralQueue returns the router.
func NewCentralQueue() CentralQueue { return CentralQueue{} }

// Route implements sim.Router.
func (CentralQueue) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	at, _ := v.Least(r.Model, fleet.LeastOutstandingWithRoom)
	return at
}

// Retains implements sim.Retaining.
func (CentralQueue) Retains() bool { return true }

// String returns "central-queue".
func (CentralQueue) String() string { return "central-queue" }
