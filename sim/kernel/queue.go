package kernel

import (
	"cmp"
	"fmt"
	"slices"
)

// Queue is the future-event queue. It returns events of type E in the order of their instants, ties
// in the order in which they were scheduled. Its clock moves to each event as that event is taken.
//
// The nearest events lie in a 4-ary heap of values. When the heap is crowded, later events move to
// a timing wheel and come back a few at a time. So the cost of an event hardly grows with the
// number of pending events. After the queue has grown to its largest size, scheduling and taking
// allocate nothing. E should be small and hold no pointers. The zero Queue is ready, at instant 0.
type Queue[E any] struct {
	heap  []node[E]
	now   Time
	next  uint64 // number of the next event scheduled; breaks ties
	edge  uint64 // events before this instant go to the heap, the others to the wheel
	wheel *wheel[E]
	crowd int // number of events that the heap may hold; 0: the constant crowd
	// index in the heap of the next event; not 0: index 0 is a hole, left by the last event taken
	first int
}

// crowd is the number of events from which the heap with a wheel is faster than the heap alone.
const crowd = 512

// Now returns the instant of the event taken last.
func (q *Queue[E]) Now() Time { return q.now }

// Len returns the number of pending events.
func (q *Queue[E]) Len() int {
	q.close()
	if q.wheel == nil {
		return len(q.heap)
	}
	return len(q.heap) + q.wheel.pending
}

// Schedule adds an event at an instant. It panics when the instant lies before Now: an event in the
// past is a programming error.
func (q *Queue[E]) Schedule(at Time, event E) {
	if at < q.now {
		panic(fmt.Sprintf("kernel: event scheduled at %v, before now %v", at, q.now))
	}
	entry := node[E]{at, q.next, event}
	q.next++
	if q.first > 0 {
		if uint64(at) < q.edge {
			q.fill(entry)
			return
		}
		q.close()
	}
	if len(q.heap) == cap(q.heap) {
		q.grow()
	}
	if uint64(at) >= q.edge {
		q.wheel.add(entry)
		return
	}
	h := q.heap[:len(q.heap)+1]
	q.heap = h
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / 4
		if h[parent].at <= at { // an equal instant was scheduled earlier and stays in front
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = entry
}

// Peek returns the instant of the next event, or Never when none is pending. It does not fill the
// hole in the heap that the last event taken has left. The next call of Schedule fills it at less
// cost.
func (q *Queue[E]) Peek() Time {
	if q.first < len(q.heap) {
		return q.heap[q.first].at
	}
	return q.peekFar()
}

// peekFar is Peek when the heap has no further event. It is a separate function so that the
// compiler can inline Peek.
//
//go:noinline
func (q *Queue[E]) peekFar() Time {
	if q.wheel == nil || !q.ready() {
		return Never
	}
	return q.heap[0].at
}

// Pass moves the clock to an instant. It returns false and does nothing if a pending event comes
// before that instant. It panics when the instant lies before Now.
func (q *Queue[E]) Pass(at Time) bool {
	if at > q.Peek() {
		return false
	}
	if at < q.now {
		panic(fmt.Sprintf("kernel: the clock is moved to %v, before now %v", at, q.now))
	}
	q.now = at
	return true
}

// Turn is Next for a caller that keeps one event outside the queue, for example the next arrival of
// a stream. At is the instant of that event. If the next pending event is not later, Turn takes it.
// Otherwise Turn moves the clock to at and returns outside = true. Turn panics if neither event
// exists, or if the clock would go back.
func (q *Queue[E]) Turn(at Time) (event E, outside bool) {
	if q.first == 0 && len(q.heap) > 0 || q.ready() {
		if top := &q.heap[0]; at >= top.at {
			q.now, q.first = top.at, least(q.heap, 1)
			return top.event, false
		}
	}
	if at < q.now || at == Never {
		panic(fmt.Sprintf("kernel: the clock is moved to %v from %v", at, q.now))
	}
	q.now = at
	return event, true
}

// Next takes the next event and moves the clock to it; ok is false when none is pending.
func (q *Queue[E]) Next() (at Time, event E, ok bool) {
	if !q.ready() {
		return q.now, event, false
	}
	top := &q.heap[0]
	q.now, q.first = top.at, least(q.heap, 1)
	return top.at, top.event, true
}

// ready makes sure that the next event is at the top of the heap. It returns false when none is
// pending.
func (q *Queue[E]) ready() bool {
	if q.first > 0 {
		q.close()
	}
	return len(q.heap) > 0 || q.refill()
}

// fill puts an event into the hole at the root of the heap.
func (q *Queue[E]) fill(entry node[E]) {
	first := q.first
	q.first = 0
	siftDown(q.heap, 0, first, entry)
}

// close fills the hole that the last event taken has left, if there is one.
func (q *Queue[E]) close() {
	if q.first == 0 {
		return
	}
	last := len(q.heap) - 1
	entry := q.heap[last]
	q.heap = q.heap[:last]
	if last > 0 {
		q.fill(entry)
	}
	q.first = 0
}

// siftDown puts entry into the heap h below a hole at index i. Child is the index of the least
// child of i.
func siftDown[E any](h []node[E], i, child int, entry node[E]) {
	for child < len(h) && h[child].before(&entry) {
		h[i] = h[child]
		i, child = child, least(h, 4*child+1)
	}
	h[i] = entry
}

// least returns the index of the first event among four siblings of the heap h. From is the index
// of the first sibling. It returns from if there is none.
func least[E any](h []node[E], from int) int {
	first, end := from, min(from+4, len(h))
	for i := from + 1; i < end; i++ {
		first += (i - first) & -int(h[i].ahead(&h[first])) // i if h[i] is ahead
	}
	return first
}

// grow makes room in a full heap. It moves events to the wheel if the heap is crowded, or makes the
// heap larger.
func (q *Queue[E]) grow() {
	if cap(q.heap) == 0 { // the zero queue
		q.edge, q.crowd = open, cmp.Or(q.crowd, crowd)
	}
	if len(q.heap) >= q.crowd {
		q.spill()
	}
	if n := len(q.heap); 2*n >= cap(q.heap) { // the wheel has not taken enough events
		larger := make([]node[E], n, max(2*cap(q.heap), min(64, q.crowd)))
		copy(larger, q.heap)
		q.heap = larger
	}
}

// spill moves the events at or after the origin of the wheel from the heap to the wheel. An empty
// wheel gets the present instant as its origin.
func (q *Queue[E]) spill() {
	if q.wheel == nil {
		q.wheel = new(wheel[E])
	}
	w := q.wheel
	if w.pending == 0 {
		w.origin = q.now
	}
	// Events of the heap at the origin were scheduled before those of the wheel, so they must stay.
	if q.edge == uint64(w.origin) {
		return
	}
	slices.SortFunc(q.heap, func(a, b node[E]) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.order, b.order))
	})
	kept := 0
	for kept < len(q.heap) && q.heap[kept].at < w.origin {
		kept++
	}
	for _, entry := range q.heap[kept:] {
		w.add(entry)
	}
	q.heap = q.heap[:kept]
	q.edge = uint64(w.origin)
}

// refill moves the nearest events of the wheel to the empty heap. It returns false if there are
// none.
func (q *Queue[E]) refill() (ok bool) {
	if q.wheel == nil || q.wheel.pending == 0 {
		return false
	}
	q.heap, q.edge = q.wheel.take(q.heap, q.crowd/32)
	for i := (len(q.heap) - 2) / 4; i >= 0; i-- {
		siftDown(q.heap, i, least(q.heap, 4*i+1), q.heap[i])
	}
	return true
}
