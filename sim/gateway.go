package sim

import "wavetank/sim/fleet"

// Gateway is the lever in front of the router. It says which ready replicas are open to a request,
// that is, may be given the request now. While no replica of its model is open to a request, it
// waits at the gateway, first come first served or by the Order, and later arrivals wait behind it.
// The router is asked only while a replica is open, or none is ready. It sees only open replicas.
//
// The run asks about all ready replicas of the model whenever a request is to be routed. It tries
// to route waiting requests whenever a replica becomes ready or finishes something, and whenever a
// request starts at a replica, or leaves one. So an answer should change only then. Requests whose
// prompts are computed go on to their decode replicas without the gateway.
type Gateway interface {
	Open(v *View, at fleet.ReplicaID, r *fleet.Request) bool
	// ByClass reports whether requests of each class wait in a queue of their own: a request does
	// not wait behind requests of another class to which no replica is open. Else the answers of
	// Open must not depend on the request.
	ByClass() bool
	String() string
}

// Turning is a Gateway whose classes take turns. Its ByClass is true.
type Turning interface {
	Gateway
	// Turn returns the place in heads of the request that goes on next, or -1 if no replica is open
	// to any. The heads are the requests of a model that are first in the queues of their classes;
	// there is one at least. Open reports whether a replica is open to a request. If the router
	// lets the request wait, the run asks again later. RequestRouted tells that a request has gone
	// on.
	Turn(v *View, heads []*fleet.Request, open func(*fleet.Request) bool) int
}
