package routing

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// ShortestQueue gives each request to the open replica with the fewest waiting requests. Ties go
// to the replica with the fewest unfinished requests, then to the lowest identity. Unlike
// LeastOutstanding, it prefers a replica that serves a large batch to one where a request waits.
// Source: Winston, "Optimality of the shortest line discipline", Journal of Applied Probability,
// 1977.
type ShortestQueue struct{}

// NewShortestQueue returns the router.
func NewShortestQueue() ShortestQueue { return ShortestQueue{} }

// Route implements sim.Router.
func (ShortestQueue) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	at, _ := v.Least(r.Model, fleet.LeastQueued)
	return at
}

// String returns "join-shortest-queue".
func (ShortestQueue) String() string { return "join-shortest-queue" }
