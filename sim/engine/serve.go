package engine

import (
	"math"
	"slices"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// pull schedules the next arrival. It reads the request ahead, unless arrivals depend on how requests end.
func (r *run) pull() {
	if r.responds != nil {
		r.listen()
	} else if r.read() {
		r.next, r.ticket = r.ahead.Arrival, r.queue.Ticket()
	}
}

// listen schedules the next arrival of responsive arrivals as far as it is known now.
func (r *run) listen() {
	at := r.responds.When()
	switch {
	case at >= kernel.Time(r.Duration):
		r.next = kernel.Never
	case at < r.queue.Now():
		r.fail("workload: a request is to arrive at %v, before %v", at, r.queue.Now())
	case at != r.next:
		r.next, r.ticket = at, r.queue.Ticket()
	}
}

// calledBy notes who sent the request that has just been read.
func (r *run) calledBy(id fleet.RequestID) {
	r.callers = fleet.AtLeast(r.callers, id)
	r.callers[id] = r.responds.Caller()
	if r.withholds != nil {
		if due := r.withholds.Due(); due < r.queue.Now() {
			r.tellHeldBack(r.fleet.Request(id), due)
		}
	}
}

// read reads the next request; false when none arrives in time.
func (r *run) read() bool {
	if !r.Arrivals.Next(&r.ahead) {
		if err := r.Arrivals.Err(); err != nil {
			r.fail("workload: %w", err)
		}
		return false
	}
	a := &r.ahead
	switch {
	case a.Arrival < r.queue.Now():
		r.fail("workload: request %d arrives at %v, before %v", r.ordinal, a.Arrival, r.queue.Now())
	case r.responds != nil && a.Arrival != r.queue.Now():
		r.fail("workload: request %d arrives at %v, was announced for %v", r.ordinal, a.Arrival, r.queue.Now())
	case uint(a.Model) >= uint(len(r.Spec.Models)):
		r.fail("workload: request %d asks for model %d, the run has %d", r.ordinal, a.Model, len(r.Spec.Models))
	case !sound(a.Work):
		r.fail("workload: request %d has work %v", r.ordinal, a.Work)
	case a.Arrival < kernel.Time(r.Duration):
		if a.Pipeline != 0 {
			r.pullBranches()
		}
		return r.err == nil
	}
	return false
}

// sound reports whether a service can take so much work.
func sound(work float64) bool { return work >= 0 && work <= math.MaxFloat64 }

// arrive lets the next request arrive, and schedules the one after it.
func (r *run) arrive() {
	r.next = kernel.Never
	if r.responds != nil && !r.read() {
		return
	}
	if r.ahead.Pipeline != 0 {
		r.depart()
		return
	}
	r.ahead.Ordinal = r.number()
	id, epoch := r.fleet.Admit(&r.ahead)
	if r.responds != nil {
		r.calledBy(id)
	}
	r.tellRequest(sim.RequestArrived, id, fleet.NoReplica)
	r.pull()
	r.receive(id, epoch)
}

// number returns the number of the request that arrives next.
func (r *run) number() int64 {
	r.ordinal++
	return r.ordinal - 1
}

// receive turns a request that has arrived away, or puts it in line.
func (r *run) receive(id fleet.RequestID, epoch uint32) {
	request := r.fleet.Request(id)
	m := &r.Spec.Models[request.Model]
	if r.Admission != nil && !r.Admission.Admit(r.viewNow(), request) {
		r.reject(id, "not admitted")
		return
	}
	if r.discipline != sim.FirstCome {
		r.fleet.SetRank(id, r.Order.Rank(r.viewNow(), request))
	}
	to := r.route(id, request)
	if m.QueueLimit >= 0 && r.fleet.Waiting(request.Model) > m.QueueLimit && !r.hasSlot(to) {
		r.reject(id, "queue full")
		return
	}
	if patience := patience(request, m); patience > 0 {
		r.queue.Schedule(r.queue.Now().Add(patience), event{kind: giveUp, index: int32(id), epoch: epoch})
	}
	if to == fleet.NoReplica {
		r.fleet.Hold(id)
		return
	}
	if r.give(id, to) {
		r.form(to)
	}
}

// reject turns a request away.
func (r *run) reject(id fleet.RequestID, reason string) {
	r.fleet.Abandon(id)
	r.reason = reason
	r.end(sim.RequestRejected, id, fleet.NoReplica)
}

// patience returns how long a request for a model waits for its start; 0: for ever.
func patience(request *fleet.Request, m *fleet.Model) time.Duration {
	if request.Patience > 0 {
		return request.Patience
	}
	return m.Timeout
}

// route asks the router for a waiting request's replica and checks the answer.
func (r *run) route(id fleet.RequestID, request *fleet.Request) fleet.ReplicaID {
	r.asked = id
	to := r.Router.Route(r.viewNow(), request)
	if to == fleet.NoReplica {
		return to
	}
	if uint(to) >= uint(r.fleet.Replicas()) || !r.fleet.Replica(to).Serves(request.Model) {
		r.misrouted(to, request)
		return fleet.NoReplica
	}
	return to
}

// misrouted fails the run over a router's answer.
func (r *run) misrouted(to fleet.ReplicaID, request *fleet.Request) {
	r.fail("router %q chose replica %d for a request of %s, which is not a ready replica of that model",
		r.Router, to, r.Spec.Models[request.Model].Name)
}

// hasSlot reports whether a replica could start a batch now.
func (r *run) hasSlot(at fleet.ReplicaID) bool {
	if at == fleet.NoReplica {
		return false
	}
	if r.discipline == sim.Share || r.discipline == sim.LeastServed {
		return true
	}
	rep := r.fleet.Replica(at)
	if c := r.Spec.Deployments[rep.Deployment].Tokens; c != nil {
		return rep.Outstanding() < c.MaxSequences
	}
	return rep.Busy < rep.Slots
}

// give queues a waiting request at a replica; false where that can never serve it, and it ends.
func (r *run) give(id fleet.RequestID, to fleet.ReplicaID) bool {
	if r.tokenReplicas != nil && r.refuse(id, to) {
		return false
	}
	r.fleet.Give(id, to)
	r.tellRequest(sim.RequestRouted, id, to)
	if r.tokenReplicas != nil {
		r.enqueue(id, to)
	}
	return true
}

// offer routes the pending requests of a model, oldest first, until the router lets one wait. Batches form
// after all have been given, so that a replica that just became free can fill one.
func (r *run) offer(m fleet.ModelID) {
	r.touched = r.touched[:0]
	for r.err == nil {
		id, ok := r.fleet.FirstPending(m)
		if !ok {
			break
		}
		to := r.route(id, r.fleet.Request(id))
		if to == fleet.NoReplica {
			break
		}
		if r.give(id, to) && !slices.Contains(r.touched, to) {
			r.touched = append(r.touched, to)
		}
	}
	for _, at := range r.touched {
		r.form(at)
	}
}

// form starts what can start at a replica: as the order says where requests are served one by one, else the
// batches that the batcher forms while there is a free slot and a queue.
func (r *run) form(at fleet.ReplicaID) {
	if r.tokenReplicas != nil && r.wake(at) {
		return
	}
	if r.discipline > sim.Line {
		r.serve(at)
		return
	}
	rep := r.fleet.Replica(at)
	rep.Wake++ // an alarm set before is late
	for rep.Queued() > 0 && rep.Busy < rep.Slots && r.err == nil {
		d := &r.Spec.Deployments[rep.Deployment]
		decision := r.Batcher.Batch(r.viewNow(), at)
		if decision.Drop != 0 && !r.drop(at, d, decision.Drop) {
			return
		}
		switch now := r.queue.Now(); {
		case decision.Drop > 0 && rep.Queued() == 0:
			return
		case decision.Count < 0 || decision.Count > min(rep.Queued(), d.MaxBatch):
			r.fail("batcher %q formed a batch of %d from %d waiting, at most %d allowed on %s",
				r.Batcher, decision.Count, rep.Queued(), d.MaxBatch, d.Name)
		case decision.Count > 0:
			r.startBatch(at, d, decision.Count)
			continue
		case decision.Until <= now:
			r.fail("batcher %q waits until %v, which is not after now %v", r.Batcher, decision.Until, now)
		case decision.Until < kernel.Never:
			r.queue.Schedule(decision.Until, event{kind: alarm, index: int32(at), epoch: rep.Wake})
		}
		return
	}
}

// serve starts what can start at a replica that serves requests one by one.
func (r *run) serve(at fleet.ReplicaID) {
	switch r.discipline {
	case sim.PreemptByRank, sim.PreemptByRemaining:
		r.preempting(at)
	default:
		r.share(at)
	}
}

// drop takes the first n queued requests of a replica out, unserved; false when the batcher asks for the
// impossible.
func (r *run) drop(at fleet.ReplicaID, d *fleet.Deployment, n int) bool {
	if n < 0 || n > r.fleet.Replica(at).Queued() {
		r.fail("batcher %q drops %d of %d waiting on %s", r.Batcher, n, r.fleet.Replica(at).Queued(), d.Name)
		return false
	}
	for range n {
		id, _ := r.fleet.First(at)
		r.fleet.Abandon(id)
		r.end(sim.RequestDropped, id, at)
	}
	return true
}

// startBatch puts the n oldest requests of a replica into service.
func (r *run) startBatch(at fleet.ReplicaID, d *fleet.Deployment, n int) {
	first, work := r.fleet.Start(at, n)
	span := stretched(d.Latency.Latency(n), r.slowed(at, work))
	end := r.queue.Now().Add(span)
	r.fleet.Occupy(at, end)
	r.tellBatch(sim.BatchStarted, at, n, span)
	if r.wanted(sim.RequestStarted) {
		for id, ok := first, true; ok; id, ok = r.fleet.NextMember(id) {
			r.showRequest(sim.RequestStarted, id, at)
		}
	}
	r.queue.Schedule(end, event{kind: batchDone, index: int32(at), other: int32(first), epoch: uint32(n)})
}

// endBatch ends a batch and its requests, and lets the replica go on, unless it is gone.
func (r *run) endBatch(e event) {
	at, first, n := fleet.ReplicaID(e.index), fleet.RequestID(e.other), int(e.epoch)
	if r.canLoseMachines && r.fleet.Replica(at).State == fleet.Gone {
		return
	}
	r.fleet.Finish(at, n, r.queue.Now())
	r.tellBatch(sim.BatchFinished, at, n, 0)
	for id, ok := first, true; ok; {
		next, more := r.fleet.NextMember(id)
		r.end(sim.RequestFinished, id, at)
		id, ok = next, more
	}
	r.goOn(at)
}

// goOn lets a replica that has finished something take on what waits.
func (r *run) goOn(at fleet.ReplicaID) {
	rep := r.fleet.Replica(at)
	r.form(at)
	if r.fleet.Pending(rep.Model) > 0 {
		r.offer(rep.Model)
	}
	if rep.State == fleet.Draining {
		r.retire(at)
	}
}

// waits reports whether a request still waits for its first start.
func (r *run) waits(id fleet.RequestID, epoch uint32) bool {
	return r.fleet.StillWaiting(id, epoch) && !r.prefilled(id)
}

// leaveLine ends a request that waits.
func (r *run) leaveLine(kind sim.FactKind, id fleet.RequestID) {
	at := r.fleet.Given(id)
	r.fleet.Abandon(id)
	if r.tokenReplicas != nil {
		r.withdraw(id, at)
	}
	r.end(kind, id, at)
	if at != fleet.NoReplica {
		r.form(at) // the queue changed
		r.retire(at)
	}
}

// end tells how a request ended and forgets it.
func (r *run) end(kind sim.FactKind, id fleet.RequestID, at fleet.ReplicaID) {
	r.restore(id)
	r.tellRequest(kind, id, at)
	if r.fleet.Request(id).Pipeline != 0 {
		r.left = append(r.left, departure{r.pipelineRequestOf[id], kind})
	} else if r.responds != nil {
		r.responds.Ended(r.callers[id], r.fleet.Request(id), r.queue.Now())
		r.listen()
	}
	r.fleet.Forget(id)
}

// viewNow returns the view at the present instant.
func (r *run) viewNow() *sim.View {
	r.moment.Now = r.queue.Now()
	return r.view
}
