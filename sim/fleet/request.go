package fleet

import (
	"fmt"
	"iter"
)

const none RequestID = -1

// queue is a doubly linked list through the slab: joining, leaving from the front and leaving from anywhere
// take constant time and allocate nothing.
type queue struct {
	head, tail RequestID
	length     int32
}

var emptyQueue = queue{none, none, 0}

type requestState uint8

const (
	unused requestState = iota
	pending
	queued
	executing
	ended // left its queue unserved, to be forgotten
)

type slot struct {
	Request
	epoch      uint32 // counts the uses of the slot
	next, prev RequestID
	replica    ReplicaID
	state      requestState
}

// Admit takes an arrived request into the slab, pending. The request's place is reused after Forget; its
// epoch tells the uses apart.
func (f *Fleet) Admit(r *Request) (id RequestID, epoch uint32) {
	if f.free == none {
		f.requests = append(f.requests, slot{next: none})
		f.free = RequestID(len(f.requests) - 1)
	}
	id = f.free
	s := &f.requests[id]
	f.free = s.next
	s.Request, s.state, s.replica = *r, pending, NoReplica
	f.push(&f.pending[r.Model], id)
	f.waiting[r.Model]++
	f.inFlight++
	return id, s.epoch
}

// Request returns a request in flight, valid until the next Admit.
func (f *Fleet) Request(id RequestID) *Request { return &f.requests[id].Request }

// StillWaiting reports whether the request admitted under this epoch has not been started or forgotten.
func (f *Fleet) StillWaiting(id RequestID, epoch uint32) bool {
	s := &f.requests[id]
	return s.epoch == epoch && (s.state == pending || s.state == queued)
}

// Given returns the replica that a request in flight was given, or NoReplica.
func (f *Fleet) Given(id RequestID) ReplicaID { return f.requests[id].replica }

// FirstPending returns the pending request of a model that arrived first; ok is false when there is none.
func (f *Fleet) FirstPending(m ModelID) (id RequestID, ok bool) {
	id = f.pending[m].head
	return id, id != none
}

// Give moves a pending request to the end of a ready replica's queue.
func (f *Fleet) Give(id RequestID, to ReplicaID) {
	s := &f.requests[id]
	if s.state != pending || f.replicas[to].State != Ready || f.replicas[to].Model != s.Model {
		panic(fmt.Sprintf("fleet: request %d given to replica %d out of turn", id, to))
	}
	f.unlink(&f.pending[s.Model], id)
	s.state, s.replica = queued, to
	f.push(&f.replicas[to].queue, id)
}

// Oldest returns the request that has waited longest at a replica; ok is false when none waits.
func (f *Fleet) Oldest(at ReplicaID) (id RequestID, ok bool) {
	id = f.replicas[at].queue.head
	return id, id != none
}

// InLine returns the requests that wait at a replica in the order in which they will start.
func (f *Fleet) InLine(at ReplicaID) iter.Seq[*Request] {
	return func(yield func(*Request) bool) {
		for id := f.replicas[at].queue.head; id != none; id = f.requests[id].next {
			if !yield(&f.requests[id].Request) {
				return
			}
		}
	}
}

// Start takes the first n queued requests of a replica into service as one batch. It returns the first
// member, from which Member walks the batch, and the mean work of the members.
func (f *Fleet) Start(at ReplicaID, n int) (first RequestID, work float64) {
	r := &f.replicas[at]
	if n < 1 || n > int(r.queue.length) {
		panic(fmt.Sprintf("fleet: batch of %d from a queue of %d", n, r.queue.length))
	}
	first = r.queue.head
	id, last := first, first
	for range n {
		s := &f.requests[id]
		s.state = executing
		work += s.Work
		last, id = id, s.next
	}
	f.requests[last].next = none
	r.queue.head = id
	if id == none {
		r.queue.tail = none
	} else {
		f.requests[id].prev = none
	}
	r.queue.length -= int32(n)
	r.Busy++
	r.Executing += n
	f.waiting[r.Model] -= n
	return first, work / float64(n)
}

// NextMember returns the member after id in its batch; ok is false after the last.
func (f *Fleet) NextMember(id RequestID) (RequestID, bool) {
	next := f.requests[id].next
	return next, next != none
}

// Finish ends the service of a batch of n at a replica. Its members are still to be forgotten.
func (f *Fleet) Finish(at ReplicaID, n int) {
	r := &f.replicas[at]
	if r.Busy == 0 || r.Executing < n {
		panic(fmt.Sprintf("fleet: replica %d finishes a batch it never started", at))
	}
	r.Busy--
	r.Executing -= n
}

// Abandon takes a waiting request out of its queue; it is still to be forgotten.
func (f *Fleet) Abandon(id RequestID) {
	s := &f.requests[id]
	switch s.state {
	case pending:
		f.unlink(&f.pending[s.Model], id)
	case queued:
		f.unlink(&f.replicas[s.replica].queue, id)
	default:
		panic(fmt.Sprintf("fleet: request %d abandons in state %d", id, s.state))
	}
	f.waiting[s.Model]--
	s.state = ended
}

// Forget returns the place of a request that has ended to the slab.
func (f *Fleet) Forget(id RequestID) {
	s := &f.requests[id]
	if s.state != executing && s.state != ended {
		panic(fmt.Sprintf("fleet: request %d forgotten in state %d", id, s.state))
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

func (f *Fleet) push(q *queue, id RequestID) {
	s := &f.requests[id]
	s.prev, s.next = q.tail, none
	if q.tail == none {
		q.head = id
	} else {
		f.requests[q.tail].next = id
	}
	q.tail = id
	q.length++
}

func (f *Fleet) unlink(q *queue, id RequestID) {
	s := &f.requests[id]
	if s.prev == none {
		q.head = s.next
	} else {
		f.requests[s.prev].next = s.next
	}
	if s.next == none {
		q.tail = s.prev
	} else {
		f.requests[s.next].prev = s.prev
	}
	q.length--
}
