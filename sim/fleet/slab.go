package fleet

import (
	"fmt"
	"iter"

	"wavetank/sim/kernel"
)

// Admit puts a request that has arrived into the slab. The next call for it is Give, Hold or
// Abandon. Forget frees its place for another request; the epoch then differs.
func (f *Fleet) Admit(r *Request) (id RequestID, epoch uint32) {
	if f.free == none {
		f.requests, f.sides = append(f.requests, slot{next: none}), append(f.sides, side{})
		f.free = RequestID(len(f.requests) - 1)
	}
	id = f.free
	s := &f.requests[id]
	f.free = s.next
	s.Request, s.state, s.replica, s.resumes = *r, admitted, NoReplica, false
	s.turn++ // events of the place's earlier requests must not match
	f.waiting[r.Model]++
	f.inFlight++
	return id, s.epoch
}

// Hold makes an admitted request pending.
func (f *Fleet) Hold(id RequestID) {
	s := &f.requests[id]
	if s.state != admitted {
		f.misused("held", id)
	}
	s.state = pending
	f.held++
	f.enter(&s.Request)
	f.push(f.lineOf(&s.Request), id)
}

// Request returns a request in flight, valid until the next Admit.
func (f *Fleet) Request(id RequestID) *Request { return &f.requests[id].Request }

// StillWaiting reports whether the request that was admitted with this epoch still waits in a line.
// It returns false after the request has started or ended.
func (f *Fleet) StillWaiting(id RequestID, epoch uint32) bool {
	s := &f.requests[id]
	return s.epoch == epoch && (s.state == pending || s.state == queued)
}

// InService reports whether a request in flight is in service. A request that has been preempted by
// its token replica counts as in service.
func (f *Fleet) InService(id RequestID) bool { return f.requests[id].state == executing }

// Epoch returns the epoch of a request in flight.
func (f *Fleet) Epoch(id RequestID) uint32 { return f.requests[id].epoch }

// Given returns the replica that a request in flight was given to, or NoReplica.
func (f *Fleet) Given(id RequestID) ReplicaID { return f.requests[id].replica }

// Give moves an admitted or pending request to the end of a ready replica's queue.
func (f *Fleet) Give(id RequestID, to ReplicaID) {
	s, r := &f.requests[id], &f.replicas[to]
	if s.state != admitted && s.state != pending || r.State != Ready || r.Model != s.Model {
		f.misused("given", id)
	}
	if s.state == pending {
		f.held--
		f.unlink(f.lineOf(&s.Request), id)
	}
	s.state, s.replica = queued, to
	f.push(&r.queue, id)
	f.owe(r, id, 1)
	f.loadChanged(to)
}

// First returns the request that is first in line at a replica; ok is false when none waits.
func (f *Fleet) First(at ReplicaID) (id RequestID, ok bool) {
	id = f.first(&f.replicas[at].queue)
	return id, id != none
}

// InLine returns the requests that wait at a replica in the order in which they will start.
func (f *Fleet) InLine(at ReplicaID) iter.Seq[*Request] {
	return func(yield func(*Request) bool) {
		f.inLine(&f.replicas[at].queue, func(id RequestID) bool { return yield(&f.requests[id].Request) })
	}
}

// Start takes the first n queued requests of a replica into service as one batch. It returns the
// first member, and the mean work of the members. NextMember walks through the batch.
func (f *Fleet) Start(at ReplicaID, n int) (first RequestID, work float64) {
	r := &f.replicas[at]
	if n < 1 || n > int(r.queue.length) {
		panic(fmt.Sprintf("fleet: batch of %d from a queue of %d", n, r.queue.length))
	}
	first = f.take(&r.queue, n)
	for id := first; id != none; {
		s := &f.requests[id]
		s.state = executing
		work += s.Work
		f.owe(r, id, -1)
		id = s.next
	}
	r.Busy++
	r.Executing += int32(n)
	f.waiting[r.Model] -= n
	f.loadChanged(at)
	if n > 1 {
		work /= float64(n)
	}
	return first, work
}

// NextMember returns the member after id in its batch; ok is false after the last.
func (f *Fleet) NextMember(id RequestID) (RequestID, bool) {
	next := f.requests[id].next
	return next, next != none
}

// Finish ends the service of a batch of n requests at a replica. End is the instant that Occupy was
// told. The caller then calls Forget for each member.
func (f *Fleet) Finish(at ReplicaID, n int, end kernel.Time) {
	r := &f.replicas[at]
	if r.Busy == 0 || int(r.Executing) < n {
		panic(fmt.Sprintf("fleet: replica %d finishes a batch it never started", at))
	}
	r.ends -= end
	r.Busy--
	r.Executing -= int32(n)
	f.loadChanged(at)
}

// Abandon removes a waiting request from its queue. The caller then calls Forget.
func (f *Fleet) Abandon(id RequestID) {
	s := &f.requests[id]
	switch s.state {
	case admitted:
	case pending:
		f.held--
		f.unlink(f.lineOf(&s.Request), id)
	case queued, suspended:
		r := &f.replicas[s.replica]
		f.unlink(&r.queue, id)
		f.owe(r, id, -1)
		if r.tokens > 0 {
			r.tokens -= int64(s.Input)
		}
		f.loadChanged(s.replica)
	default:
		f.misused("abandoned", id)
	}
	f.waiting[s.Model]--
	s.state = ended
}

// misused panics because the state of a request does not allow a call.
func (f *Fleet) misused(how string, id RequestID) {
	panic(fmt.Sprintf("fleet: request %d is %s in state %d", id, how, f.requests[id].state))
}

// Forget frees the place of a request that has ended.
func (f *Fleet) Forget(id RequestID) {
	s := &f.requests[id]
	if s.state != executing && s.state != ended && s.state != answered {
		f.misused("forgotten", id)
	}
	s.state = unused
	s.epoch++
	s.next = f.free
	f.free = id
	f.inFlight--
}

// EachInFlight calls do for every request in flight, in the order of their places.
func (f *Fleet) EachInFlight(do func(id RequestID)) {
	for i := range f.requests {
		if f.requests[i].state != unused {
			do(RequestID(i))
		}
	}
}
