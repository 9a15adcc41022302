package engine

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// batches is the server that serves batches. No batch is interrupted.
type batches struct {
	queued
	turns *turns // nil: no GPU is shared in time
}

// wake implements server.
func (b *batches) wake(at fleet.ReplicaID) {
	if b.last() && b.queue.Peek() != b.queue.Now() {
		b.start(at)
	} else if rep := b.fleet.Replica(at); rep.Busy < rep.Slots && rep.Queued() > 0 {
		b.touch(at)
	} else {
		rep.Wake++ // an earlier alarm is outdated
	}
}

// start implements server.
func (b *batches) start(at fleet.ReplicaID) {
	if b.turns.shares(at) {
		b.takeTurns(at)
		return
	}
	b.serve(at)
}

// takeTurns gives a GPU that is shared in time to the next replica that can start a batch, if the
// GPU is free.
func (b *batches) takeTurns(at fleet.ReplicaID) {
	list := b.turns.sharers(at)
	if b.turns.busy(list) {
		return
	}
	for _, other := range list {
		if b.fleet.Replica(other).Queued() == 0 || b.turns.rests(other) {
			continue
		}
		if b.serve(other); b.fleet.Replica(other).Busy > 0 || b.err != nil {
			return
		}
	}
}

// serve starts batches at a replica as the batcher decides, while it has a free slot and waiting
// requests.
func (b *batches) serve(at fleet.ReplicaID) {
	c := b.core
	rep := c.fleet.Replica(at)
	rep.Wake++ // an earlier alarm is outdated
	for rep.Busy < rep.Slots && rep.Queued() > 0 && c.err == nil {
		d := &c.Spec.Deployments[rep.Deployment]
		decision := c.Batcher.Batch(c.viewNow(), at)
		if decision.Drop != 0 && !b.drop(at, d, decision.Drop) {
			return
		}
		if n := decision.Count; n <= 0 || n > min(rep.Queued(), d.MaxBatch) || !c.even && n > b.most(at, d) {
			b.refrain(at, d, decision)
			return
		}
		b.begin(at, d, decision.Count)
	}
}

// refrain handles a decision that starts no batch. It schedules the alarm at which the batcher is
// asked again, or fails the run if the decision is impossible.
func (b *batches) refrain(at fleet.ReplicaID, d *fleet.Deployment, decision sim.BatchDecision) {
	switch rep, now := b.fleet.Replica(at), b.queue.Now(); {
	case decision.Drop > 0 && rep.Queued() == 0:
	case decision.Count != 0:
		b.fail("batcher %q formed a batch of %d from %d waiting, at most %d allowed on %s",
			b.Batcher, decision.Count, rep.Queued(), b.most(at, d), d.Name)
	case sim.ErrOf(b.Batcher) != nil:
		b.fail("batcher %q: %w", b.Batcher, sim.ErrOf(b.Batcher))
	case decision.Until <= now:
		b.fail("batcher %q waits until %v, but it is already %v", b.Batcher, decision.Until, now)
	case decision.Until < kernel.Never:
		b.queue.Schedule(decision.Until, event{kind: alarm, index: int32(at), epoch: rep.Wake})
	}
}

// most returns how many of the requests at the front of a replica's line fit into one batch.
func (b *batches) most(at fleet.ReplicaID, d *fleet.Deployment) int {
	count, _ := b.fleet.Fit(at, d.MaxBatch)
	return count
}

// drop ends the first n queued requests of a replica unserved. It returns false if the decision is
// impossible.
func (b *batches) drop(at fleet.ReplicaID, d *fleet.Deployment, n int) bool {
	if waiting := b.fleet.Replica(at).Queued(); n < 0 || n > waiting {
		b.fail("batcher %q drops %d of %d waiting on %s", b.Batcher, n, waiting, d.Name)
		return false
	}
	for range n {
		id, _ := b.fleet.First(at)
		b.fleet.Abandon(id)
		b.ends.end(sim.RequestDropped, id, at)
	}
	b.vacate(d.Model)
	return true
}

// begin puts the n requests that are first in line at a replica into service.
func (b *batches) begin(at fleet.ReplicaID, d *fleet.Deployment, n int) {
	c := b.core
	first, work := c.fleet.Start(at, n)
	var span time.Duration
	switch {
	case !c.even:
		span = c.fleet.BatchSpan(at, first, c.slowdown(at))
	case c.interferes:
		span = profile.Stretched(d.Latency.Latency(n), work*c.slowdown(at))
	default:
		span = profile.Stretched(d.Latency.Latency(n), work)
	}
	if b.turns.shares(at) {
		b.turns.took(at, span)
	}
	end := c.queue.Now().Add(span)
	done := event{kind: batchDone, index: int32(at), other: int32(first), epoch: uint32(n)}
	if c.cancels && d.MaxBatch == 1 { // the service may end before it is done
		done.kind = singleDone
		_, done.epoch = c.fleet.Begin(at, first, c.queue.Now(), span)
	} else {
		c.fleet.Occupy(at, end)
	}
	c.emitBatch(sim.BatchStarted, at, n, span)
	if c.wanted(sim.RequestStarted) {
		for id, ok := first, true; ok; id, ok = c.fleet.NextMember(id) {
			c.showRequest(sim.RequestStarted, id, at)
		}
	}
	c.queue.Schedule(end, done)
}

// finishSingle ends a service of a single request that might have been cancelled. It returns false
// if the event is outdated.
func (b *batches) finishSingle(at fleet.ReplicaID, id fleet.RequestID, turn uint32) bool {
	if !b.fleet.Serving(id, turn) || b.fleet.Given(id) != at {
		return false
	}
	b.fleet.Cease(at, id)
	b.emitBatch(sim.BatchFinished, at, 1, 0)
	b.ends.answer(id, at)
	b.wake(at)
	b.turns.free(at)
	return true
}

// cancel implements server: a replica that serves one request in a batch stops. A larger batch goes
// on.
func (b *batches) cancel(id fleet.RequestID, at fleet.ReplicaID) bool {
	single := b.deployment(at).MaxBatch == 1
	if single {
		b.stop(id, at)
		b.turns.free(at)
	}
	return single
}

// finish ends a batch and its requests, and offers the replica new requests. It returns false if
// the replica is gone.
func (b *batches) finish(e event) bool {
	at, first, n := fleet.ReplicaID(e.index), fleet.RequestID(e.other), int(e.epoch)
	c := b.core
	if c.canLoseMachines && c.fleet.Replica(at).State == fleet.Gone {
		return false
	}
	c.fleet.Finish(at, n, c.queue.Now())
	c.emitBatch(sim.BatchFinished, at, n, 0)
	for id, ok := first, true; ok; {
		next, more := c.fleet.NextMember(id)
		b.ends.answer(id, at)
		id, ok = next, more
	}
	b.wake(at)
	b.turns.free(at)
	return true
}

// lose implements server. A GPU that is shared in time becomes free for the others.
func (b *batches) lose(at fleet.ReplicaID, busy int) int {
	b.turns.free(at)
	return busy
}

// ring wakes a replica at the alarm that its batcher has set, unless the alarm is outdated.
func (b *batches) ring(at fleet.ReplicaID, epoch uint32) {
	if b.fleet.Replica(at).Wake == epoch {
		b.wake(at)
	}
}
