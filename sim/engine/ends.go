package engine

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// ends handles requests that leave the run.
type ends struct {
	*core
	arrivals *arrivals
	clients  *clients    // nil: no request has a client
	health   *health     // nil: no replica is ever out of rotation
	branches []branchEnd // ends that are not settled yet, in the order in which they happened
}

// branchEnd is the end of a branch of a pipeline request. Its consequences wait until the present
// action is done.
type branchEnd struct {
	parent int32
	kind   sim.FactKind
	branch place
	final  bool // no replica can ever serve it
}

// end emits the fact that a request ended, and frees its place. At is the replica that had it, or
// fleet.NoReplica.
func (e *ends) end(kind sim.FactKind, id fleet.RequestID, at fleet.ReplicaID) {
	c := e.core
	c.restore(id)
	c.emitRequest(kind, id, at)
	if e.health != nil {
		e.health.ended(kind, id, at)
	}
	if request := c.fleet.Request(id); request.Pipeline != 0 {
		final := kind == sim.RequestRejected && refuses(c.reason)
		e.branches = append(e.branches, branchEnd{c.parents[id], kind, place{id, c.fleet.Epoch(id)}, final})
	} else if c.calls && request.Client != 0 {
		e.clients.ended(kind, id, at)
	} else if e.arrivals.responds != nil {
		e.arrivals.ended(id)
	}
	c.fleet.Forget(id)
}

// reject ends a waiting request that is turned away.
func (e *ends) reject(id fleet.RequestID, reason string) {
	e.rejectAt(id, fleet.NoReplica, reason)
}

// rejectAt is reject for a request that the router has given to a replica.
func (e *ends) rejectAt(id fleet.RequestID, at fleet.ReplicaID, reason string) {
	e.fleet.Abandon(id)
	e.reason = reason
	e.end(sim.RequestRejected, id, at)
}
