package engine

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// roundTrip returns how long a request and its answer are on the network if a replica serves it.
func (c *core) roundTrip(id fleet.RequestID, at fleet.ReplicaID) time.Duration {
	if c.Spec.RoundTrips == nil {
		return 0
	}
	return c.Spec.RoundTrip(c.fleet.Request(id).Zone, c.fleet.ZoneOf(at))
}

// answer ends a request that a replica has served, now or when the answer has reached the client.
// The whole time on the network counts after the service: the time of the request to the replica,
// too.
func (e *ends) answer(id fleet.RequestID, at fleet.ReplicaID) {
	if way := e.roundTrip(id, at); way > 0 {
		e.sendAnswer(id, at, way)
		return
	}
	e.end(sim.RequestFinished, id, at)
}

// sendAnswer sends the answer of a replica to the client. It arrives after the given time. Nothing
// that happens to the replica meanwhile matters to it.
func (c *core) sendAnswer(id fleet.RequestID, at fleet.ReplicaID, way time.Duration) {
	if c.wanted(sim.RequestAnswered) {
		c.aboutReplica(at)
		request := c.aboutRequest(id)
		c.fact.Network, c.fact.Span = way, c.queue.Now().Add(way).Sub(request.Arrival)
		c.emit(sim.RequestAnswered)
	}
	c.fleet.Answer(id)
	c.queue.Schedule(c.queue.Now().Add(way), event{kind: answerArrives, index: int32(id), other: int32(at)})
}

// answerArrives ends a request whose answer has reached the client.
func (r *run) answerArrives(id fleet.RequestID, from fleet.ReplicaID) {
	if r.deployment(from).Tokens != nil {
		r.tokens.conclude(id, from)
		return
	}
	r.ends.end(sim.RequestFinished, id, from)
}
