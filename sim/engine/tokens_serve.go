package engine

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
)

// take implements server.
func (t *tokenReplicas) take(id fleet.RequestID, to fleet.ReplicaID) bool {
	c := t.deployment(to).Tokens
	if t.refuse(id, to, c) {
		return false
	}
	t.fleet.Give(id, to)
	t.emitRequest(sim.RequestRouted, id, to)
	t.fleet.Brought(id)
	if t.prefilled(id) {
		t.fetch(id, to)
		return true
	}
	*t.record(id) = serviceRecord{}
	if c.Before > 0 {
		e := event{kind: entered, index: int32(id), epoch: t.fleet.Epoch(id), other: int32(to)}
		t.queue.Schedule(t.queue.Now().Add(c.Before), e)
		return true
	}
	t.insert(id, to, c)
	return true
}

// refuse ends a waiting request that a replica can never serve. If the prompt of the request is
// computed, the fact names the replica, so that observers know that the request leaves the decode
// model.
func (t *tokenReplicas) refuse(id fleet.RequestID, to fleet.ReplicaID, c *tokens.Config) bool {
	request := t.fleet.Request(id)
	if request.Input < 1 || request.Output < 1 {
		t.fail("workload: request %d of %s has %d input and %d output tokens; an LLM needs at least one of each",
			request.Ordinal, t.Spec.Models[request.Model].Name, request.Input, request.Output)
		return true
	}
	reason := c.Refuses(request.Input, t.outputs(request))
	if reason == "" {
		return false
	}
	if !t.prefilled(id) {
		to = fleet.NoReplica
	}
	t.ends.rejectAt(id, to, reason)
	return true
}

// fetch begins to move the KV cache of a request to its decode replica.
func (t *tokenReplicas) fetch(id fleet.RequestID, to fleet.ReplicaID) {
	now, source, prompt := t.queue.Now(), t.record(id).from, t.fleet.Request(id).Input
	bytes := float64(t.deployment(source).Tokens.TokenBytes) * float64(prompt)
	f := flow{
		request: id, prompt: prompt, source: source, at: to, from: t.fleet.Replica(source).Machine, to: t.fleet.Replica(to).Machine,
		left: bytes, since: now, began: now, lands: kernel.Never, arrives: kernel.Never,
	}
	if layers := t.deployment(source).Tokens.Handover.Layers; layers > 1 {
		a, early := t.record(id), float64(layers-1)/float64(layers)
		f.overlap, f.spare = time.Duration(early*float64(a.first.Sub(a.scheduled))), early*bytes
	}
	if !t.caches.begin(f) {
		t.fetched(&f)
	}
}

// fetched gives a request whose cache has arrived to the engine, after the fixed time of a
// handover.
func (t *tokenReplicas) fetched(f *flow) {
	t.record(f.request).fetched = f.began
	if fixed := t.deployment(f.source).Tokens.Handover.Fixed; fixed > 0 {
		e := event{kind: handedOver, index: int32(f.request), epoch: t.fleet.Epoch(f.request), other: int32(f.at)}
		t.queue.Schedule(t.queue.Now().Add(fixed), e)
		return
	}
	t.resume(f.request, f.at)
}

// handedOver ends the fixed time of a handover, unless the request or its replica has left.
func (t *tokenReplicas) handedOver(id fleet.RequestID, epoch uint32, at fleet.ReplicaID) {
	if t.fleet.StillWaiting(id, epoch) && t.fleet.Given(id) == at {
		t.resume(id, at)
	}
}

// resume gives a request with its cache to the engine of the decode replica.
func (t *tokenReplicas) resume(id fleet.RequestID, at fleet.ReplicaID) {
	t.emitToken(sim.CacheMoved, id, at, t.queue.Now().Sub(t.record(id).fetched))
	if t.cancelled(id) {
		t.leaveLine(sim.RequestTimedOut, id)
		return
	}
	t.insert(id, at, t.deployment(at).Tokens)
	t.wake(at)
}

// land gives the requests whose caches have arrived to their engines, unless the event is outdated.
func (t *tokenReplicas) land(turn uint32) {
	if !t.caches.due(turn) {
		return
	}
	for f, ok := t.caches.land(); ok; f, ok = t.caches.land() {
		t.fetched(&f)
	}
}

// enter gives a request to the engine, unless the request has left.
func (t *tokenReplicas) enter(id fleet.RequestID, epoch uint32, to fleet.ReplicaID) {
	if t.fleet.StillWaiting(id, epoch) && t.fleet.Given(id) == to {
		t.insert(id, to, t.deployment(to).Tokens)
		t.wake(to)
	}
}

// insert gives a request to the engine of its replica.
func (t *tokenReplicas) insert(id fleet.RequestID, to fleet.ReplicaID, c *tokens.Config) {
	request, s := t.fleet.Request(id), t.replica(to)
	if s.engine == nil {
		s.engine = t.newEngine(c)
		if t.interferes {
			s.engine.Slow(t.queue.Now(), t.fleet.SlowedBy(to, t.queue.Now()))
		}
	}
	q := tokens.EngineRequest{
		Prompt: request.Input, Output: t.outputs(request), Ordinal: request.Ordinal, Content: request.Content,
	}
	if c.Priority && int(request.Class) < len(t.Spec.Classes) {
		q.Priority = int64(t.Spec.Classes[request.Class].Priority)
	}
	if c.RandomAcceptance {
		q.Luck = kernel.Mix(t.luck ^ uint64(request.Ordinal))
	}
	if c.Adapters != nil {
		q.Adapter = t.adapter(request)
	}
	a := t.record(id)
	if t.prefilled(id) {
		q.Computed, q.Emitted = request.Input, a.first
	}
	a.enqueued = true
	s.queued += int64(q.Prompt)
	s.engine.Enqueue(int32(id), q)
}

// withdraw implements server.
func (t *tokenReplicas) withdraw(id fleet.RequestID, at fleet.ReplicaID) {
	if t.record(id).enqueued {
		s := t.replica(at)
		s.engine.Withdraw(int32(id))
		s.queued -= int64(t.fleet.Request(id).Input)
		t.rest(at)
	}
}

// cancel implements server: the engine ends the request at the next boundary. A request whose
// tokens are all computed, but not yet delivered, ends now.
func (t *tokenReplicas) cancel(id fleet.RequestID, at fleet.ReplicaID) bool {
	if t.record(id).delivery > 0 {
		t.rest(at)
		t.abort(sim.RequestCancelled, id, at, t.fleet.Request(id).Output)
		return true
	}
	t.replica(at).engine.Abort(int32(id))
	t.wake(at)
	return false
}

// wake implements server: it sets the instant at which the replica ends or begins steps next.
func (t *tokenReplicas) wake(at fleet.ReplicaID) {
	if s := t.replica(at); s.engine != nil && !s.between {
		t.boundaries.set(at, s.engine.Wake(t.readTime(at)))
	}
}

// lose implements server: it reports the finished steps of a replica and removes its engine.
func (t *tokenReplicas) lose(at fleet.ReplicaID, busy int) (batches int) {
	t.caches.stopTo(at)
	if int(at) >= len(t.replicas) {
		return busy
	}
	t.reportOf(at)
	s := t.replica(at)
	if s.busy {
		busy = 1
	}
	s.engine, s.busy, s.between, s.queued = nil, false, false, 0
	t.boundaries.set(at, kernel.Never)
	return busy
}
