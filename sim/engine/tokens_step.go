package engine

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
)

// end ends the run of steps of a replica at its boundary. The replica begins its next steps at the
// end of the instant. It reports whether a request has left the replica.
func (t *tokenReplicas) end(at fleet.ReplicaID, now kernel.Time) (left bool) {
	t.queue.Pass(now)
	s := &t.replicas[at]
	s.between = true
	engine := s.engine
	outcomes := engine.End(now)
	t.emitSteps(at, engine.Steps())
	for _, o := range outcomes {
		left = t.follow(at, o) || left
	}
	if left && engine.Running()+engine.Waiting() == 0 {
		t.emitWorking(at, false)
	}
	return left
}

// start implements server: it begins the next run of steps.
func (t *tokenReplicas) start(at fleet.ReplicaID) {
	s := &t.replicas[at]
	if !s.between {
		return // the replica was lost
	}
	t.begun, s.between = t.queue.Now(), false
	outcomes, next := s.engine.Begin(t.begun)
	for _, o := range outcomes {
		t.follow(at, o)
	}
	t.boundaries.set(at, next)
	if s.busy != (next != kernel.Never) {
		t.emitWorking(at, next != kernel.Never)
	}
}

// follow carries an outcome of the engine over to the run. It returns true if the request has left
// the replica.
func (t *tokenReplicas) follow(at fleet.ReplicaID, o tokens.Outcome) bool {
	id := fleet.RequestID(o.ID)
	a, now := t.record(id), t.queue.Now()
	switch o.Kind {
	case tokens.Scheduled:
		t.replica(at).queued -= int64(t.fleet.Request(id).Input)
		if !t.prefilled(id) {
			a.scheduled, a.cached = now, o.Tokens
		}
		t.fleet.Enter(id)
		t.emitWorking(at, true)
		t.emitRequest(sim.RequestStarted, id, at)
	case tokens.Resumed:
		t.emitRequest(sim.RequestResumed, id, at)
	case tokens.Preempted:
		a.preempted++
		t.emitRequest(sim.RequestPreempted, id, at)
	case tokens.FirstToken:
		a.first, a.network = now, t.roundTrip(id, at)
		if t.wanted(sim.RequestFirstToken) {
			seen := now.Sub(t.fleet.Request(id).Arrival) + t.deployment(at).Tokens.PerToken + a.network
			t.emitToken(sim.RequestFirstToken, id, at, seen)
		}
	case tokens.NextToken:
		t.fact.Count = int(o.Tokens)
		t.emitToken(sim.RequestCaughtUp, id, at, o.Gap)
		t.fact.Count = 0
	case tokens.Finished:
		return t.finished(id, at, a)
	case tokens.Aborted, tokens.AbortedWaiting:
		kind := sim.RequestCancelled
		if o.Kind == tokens.AbortedWaiting {
			kind = sim.RequestTimedOut
		}
		t.abort(kind, id, at, o.Tokens)
		return true
	}
	return false
}

// finished handles a request that has emitted its last token at a replica. It hands the request
// over to a decode replica, or ends it when its output is delivered to the client, now or later. It
// returns true if the request has left the replica.
func (t *tokenReplicas) finished(id fleet.RequestID, at fleet.ReplicaID, a *serviceRecord) bool {
	request := t.fleet.Request(id)
	if decoder := t.Spec.Models[request.Model].Decoder; decoder > 0 && request.Output > 1 {
		a.from, a.enqueued = at, false
		t.fleet.Exit(id)
		t.fleet.Pass(id, decoder)
		t.emitRequest(sim.RequestPrefilled, id, at)
		t.handOver(id)
		return true
	}
	c := t.deployment(at).Tokens
	if late := c.PerToken*time.Duration(request.Output) + c.After; late > 0 {
		a.delivery = t.queue.Now().Add(late)
		e := event{kind: delivered, index: int32(id), epoch: t.fleet.Epoch(id), other: int32(at)}
		t.queue.Schedule(a.delivery, e)
		return false
	}
	t.finish(id, at)
	return true
}

// deliver ends a request whose output has been delivered to the client. It returns false if the
// replica was lost before.
func (t *tokenReplicas) deliver(id fleet.RequestID, epoch uint32, at fleet.ReplicaID) bool {
	if t.fleet.Epoch(id) != epoch || t.record(id).delivery != t.queue.Now() || t.fleet.Given(id) != at {
		return false
	}
	t.finish(id, at)
	t.wake(at)
	return true
}

// abort ends a request whose client has gone, after it has emitted a number of tokens.
func (t *tokenReplicas) abort(kind sim.FactKind, id fleet.RequestID, at fleet.ReplicaID, emitted int32) {
	t.fleet.Exit(id)
	t.fact.Count = int(emitted)
	t.ends.end(kind, id, at)
	t.fact.Count = 0
}
