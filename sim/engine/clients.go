package engine

import (
	"slices"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
)

// clients takes the requests of clients through their attempts. A request as its client sees it is
// a call. Each attempt is a request of its own in the fleet, which knows its client and its number.
// The client hears of an attempt until the attempt ends, or until the client no longer waits for
// it. The attempt may go on after that; then nobody hears of it (core.gone). It is nil in a run
// without clients.
type clients struct {
	*core
	arrivals  *arrivals
	calls     []call
	spare     []int32        // places of calls that are over and have no attempt in flight
	open      int            // calls that are not over
	begun     []uint64       // per client: calls so far
	budgets   []*retryBudget // per client; nil: no limit
	throttles []*throttle    // per client; nil: it sends every attempt
	due       []int32        // calls whose next attempt begins at this instant
	expired   []place        // attempts whose timeout ends at this instant
	beaten    []place        // attempts that are no longer needed, since others have answered
	total     sim.TokenTimings
}

// call is a request of a client in flight, or one that is over and still has attempts in flight.
type call struct {
	request  fleet.Request
	number   uint64 // among the calls of its client
	caller   int64  // its sender; only for a responsive stream
	attempts int    // attempts so far
	flying   int    // attempts in flight
	over     bool
	live     []place // of a hedged request: attempts for which the client waits
	hedge    uint32  // epoch of the event of the next hedge
	coming   bool    // a hedge begins at this instant
}

func newClients(c *core, a *arrivals) *clients {
	n := len(c.Spec.Clients)
	if n == 0 {
		return nil
	}
	l := &clients{core: c, arrivals: a, begun: make([]uint64, n), budgets: make([]*retryBudget, n), throttles: make([]*throttle, n)}
	for i := range c.Spec.Clients {
		if b := c.Spec.Clients[i].Budget; b != nil {
			l.budgets[i] = newRetryBudget(b)
		}
		if t := c.Spec.Clients[i].Throttle; t != nil {
			l.throttles[i] = newThrottle(t)
		}
	}
	return l
}

// client returns the client of a request.
func (c *core) client(r *fleet.Request) *fleet.Client { return &c.Spec.Clients[r.Client-1] }

// begin begins a call with the request that was read ahead, and reads the next request. It returns
// the place of the call.
func (l *clients) begin() int32 {
	if len(l.spare) == 0 {
		l.spare = append(l.spare, int32(len(l.calls)))
		l.calls = append(l.calls, call{})
	}
	last := len(l.spare) - 1
	at := l.spare[last]
	l.spare = l.spare[:last]
	j, client := &l.calls[at], l.arrivals.ahead.Client-1
	*j = call{request: l.arrivals.ahead, number: l.begun[client], live: j.live[:0], hedge: j.hedge + 1}
	j.request.Ordinal, j.request.Entered = l.arrivals.number(), j.request.Arrival
	if c := j.request.Content; c != nil { // the stream may reuse it before the last attempt ends
		j.request.Content = &tokens.Content{Prefix: slices.Clone(c.Prefix), Reply: c.Reply}
	}
	l.begun[client]++
	l.open++
	if b := l.budgets[client]; b != nil {
		b.request(l.queue.Now())
	}
	if l.arrivals.responds != nil {
		j.caller = l.arrivals.caller(&j.request)
	}
	l.emitCall(sim.CallBegan, at, fleet.NoReplica)
	l.arrivals.pull()
	return at
}

// attempt lets the next attempt of a call arrive.
func (l *clients) attempt(at int32) (id fleet.RequestID, epoch uint32) {
	j := &l.calls[at]
	j.attempts++
	j.flying++
	j.coming = false
	r := j.request
	r.Ordinal, r.Arrival, r.Attempt = l.arrivals.number(), l.queue.Now(), uint8(j.attempts)
	id, epoch = l.fleet.Admit(&r)
	l.parents, l.gone = fleet.AtLeast(l.parents, id), fleet.AtLeast(l.gone, id)
	l.parents[id], l.gone[id] = at, false
	l.emitRequest(sim.RequestArrived, id, fleet.NoReplica)
	if timeout := l.client(&r).Timeout; timeout > 0 {
		l.queue.Schedule(l.queue.Now().Add(timeout), event{kind: attemptExpires, index: int32(id), epoch: epoch})
	}
	if l.client(&r).HedgeAfter > 0 {
		l.hedged(at, id, epoch)
	}
	return id, epoch
}

// ended handles the end of an attempt in the given way, at a replica or at fleet.NoReplica.
func (l *clients) ended(kind sim.FactKind, id fleet.RequestID, at fleet.ReplicaID) {
	of := l.parents[id]
	j := &l.calls[of]
	j.flying--
	if l.gone[id] {
		l.gone[id] = false
	} else {
		l.note(of, kind == sim.RequestFinished)
		l.unwait(j, id)
		l.answer(kind, of, id, at)
	}
	l.forget(of)
}

// waitsFor reports whether an attempt is in flight, and its client still waits for it.
func (l *clients) waitsFor(p place) bool { return l.fleet.Epoch(p.id) == p.epoch && !l.gone[p.id] }

// expire handles the end of the timeout of an attempt. If the attempt has not ended, its client
// goes. It reports whether the attempt is to be ended at its server.
func (l *clients) expire(p place) bool {
	if !l.waitsFor(p) {
		return false
	}
	l.gone[p.id] = true
	l.note(l.parents[p.id], false)
	l.unwait(&l.calls[l.parents[p.id]], p.id)
	l.answer(sim.RequestTimedOut, l.parents[p.id], p.id, l.fleet.Given(p.id))
	return l.client(l.fleet.Request(p.id)).Cancels
}

// answer tells a client how an attempt of a call has ended. The call ends in the same way, or has a
// further attempt after a pause.
func (l *clients) answer(kind sim.FactKind, of int32, id fleet.RequestID, at fleet.ReplicaID) {
	j := &l.calls[of]
	client := l.client(&j.request)
	if client.HedgeAfter > 0 {
		l.answerHedged(client, kind, of, id, at)
		return
	}
	if kind != sim.RequestFinished && j.attempts < client.Attempts && !(kind == sim.RequestRejected && refuses(l.reason)) {
		if b := l.budgets[j.request.Client-1]; b == nil || b.retry(l.queue.Now()) {
			l.queue.Schedule(l.queue.Now().Add(l.pause(client, j)), event{kind: attemptDue, index: of})
			return
		}
	}
	l.end(kind, of, id, at)
}

// refuses reports whether a reason of a rejection means that no replica can ever serve the request.
func refuses(reason string) bool {
	switch reason {
	case fleet.TooManyItems, tokens.LongerThanContext, tokens.LargerThanCache, tokens.LongerThanStep:
		return true
	}
	return false
}

// pause draws the pause before the next attempt of a call. It depends on the numbers of the call
// and the attempt alone.
func (l *clients) pause(client *fleet.Client, j *call) time.Duration {
	return l.backoff(&client.Backoff, client.Name, j.attempts, j.number*(fleet.MostAttempts+1)+uint64(j.attempts))
}

// backoff draws the pause before retry n of a stream, from 1. The draw depends on a number alone.
func (c *core) backoff(b *fleet.Backoff, stream string, n int, number uint64) time.Duration {
	most := b.Most(n)
	if !b.Jitter || most == 0 {
		return most
	}
	s := kernel.NewStream(c.Seed, c.Replication, "retries/"+stream, number)
	return time.Duration(s.Float64() * float64(most))
}

// end ends a call with the outcome of one of its attempts.
func (l *clients) end(outcome sim.FactKind, of int32, id fleet.RequestID, at fleet.ReplicaID) {
	j := &l.calls[of]
	j.over = true
	l.open--
	l.fact.Outcome, l.fact.Count = outcome, j.attempts
	switch outcome {
	case sim.RequestFinished:
		l.fact.Span, l.fact.Network = l.queue.Now().Sub(j.request.Arrival), l.roundTrip(id, at)
		if l.timings != nil { // times count from the first attempt
			before := l.fleet.Request(id).Arrival.Sub(j.request.Arrival)
			l.total = *l.timings
			l.total.Queued += before
			l.total.FirstToken += before
			l.fact.Timings = &l.total
		}
	case sim.RequestRejected:
		l.fact.Reason = l.reason
	}
	l.emitCall(sim.CallEnded, of, at)
	if l.arrivals.responds != nil {
		l.arrivals.answered(j.caller, &j.request)
	}
}

// endAll ends the calls that are not over when the run ends.
func (l *clients) endAll() {
	for of := range l.calls {
		if j := &l.calls[of]; j.attempts > 0 && !j.over {
			l.fact.Outcome, l.fact.Count = sim.RequestUnfinished, j.attempts
			l.emitCall(sim.CallEnded, int32(of), fleet.NoReplica)
		}
	}
}

// forget frees the place of a call that is over, once it has no attempt in flight.
func (l *clients) forget(of int32) {
	if j := &l.calls[of]; j.over && j.flying == 0 {
		l.spare = append(l.spare, of)
	}
}

// emitCall emits a fact about a call, and about the replica of one of its attempts, if any. The
// caller has set the other fields of the fact.
func (l *clients) emitCall(kind sim.FactKind, of int32, at fleet.ReplicaID) {
	l.aboutReplica(at)
	request := &l.calls[of].request
	l.fact.Model, l.fact.Request, l.fact.Parent = request.Model, request, of
	l.emit(kind)
}
