package engine

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// server serves the requests of replicas. There are four servers, one for each way to serve:
// batches, oneByOne, sharing and tokenReplicas. All replicas of a deployment have the same server.
type server interface {
	// take gives a waiting request to a replica. If the replica can never serve the request, take
	// ends it and returns false.
	take(id fleet.RequestID, to fleet.ReplicaID) bool
	// wake is called when the queue or the slots of a replica have changed. The replica then starts
	// what it can, after all ends and arrivals of this instant.
	wake(at fleet.ReplicaID)
	// start starts batches, requests or steps at a replica, if it can.
	start(at fleet.ReplicaID)
	// withdraw is called after a request has left the queue of a replica unserved.
	withdraw(id fleet.RequestID, at fleet.ReplicaID)
	// cancel is called when the client of a request in service has gone. It ends the service if
	// the server can do so now, and reports whether it has. A token replica ends it at the next
	// boundary.
	cancel(id fleet.RequestID, at fleet.ReplicaID) bool
	// room returns how many of its waiting requests a replica could take into service now, and
	// whether it could take a further request together with them.
	room(at fleet.ReplicaID, further *fleet.Request) (starting int, fits bool)
	// lose removes the state of a lost replica. Busy is the number of its busy slots. It returns
	// the number of batches that were in service there.
	lose(at fleet.ReplicaID, busy int) (batches int)
}

// room implements server, except for sharing: each slot takes a batch, a request or a sequence.
func (c *core) room(at fleet.ReplicaID, further *fleet.Request) (starting int, fits bool) {
	starting, left := c.fleet.Starting(at)
	return starting, starting == c.fleet.Replica(at).Queued() && further.Places() <= left
}

// queued is the common part of the servers whose requests wait only in the queue of the fleet.
type queued struct {
	*core
	ends *ends
}

func (q *queued) take(id fleet.RequestID, to fleet.ReplicaID) bool {
	c := q.core
	if !c.even && !c.deployment(to).Holds(c.fleet.Request(id)) {
		q.ends.reject(id, fleet.TooManyItems)
		return false
	}
	c.fleet.Give(id, to)
	c.emitRequest(sim.RequestRouted, id, to)
	return true
}

func (q *queued) withdraw(fleet.RequestID, fleet.ReplicaID) {}

// stop ends the service of a request that is served alone, before it is done.
func (q *queued) stop(id fleet.RequestID, at fleet.ReplicaID) {
	q.fleet.Cease(at, id)
	q.emitBatch(sim.BatchFinished, at, 1, 0)
	q.ends.end(sim.RequestCancelled, id, at)
}

func (q *queued) lose(_ fleet.ReplicaID, busy int) int { return busy }
