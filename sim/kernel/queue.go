package kernel

import "fmt"

// Queue is the future-event queue: events of type E in the order of their instants, ties in the order in
// which they were scheduled. Its clock moves to each event as that event is taken.
//
// It is a 4-ary heap of values: after it has grown to the largest number of pending events, scheduling and
// taking allocate nothing. E should be small and hold no pointers. The zero Queue is ready, at instant 0.
type Queue[E any] struct {
	heap []node[E]
	now  Time
	next uint64 // schedule order, the tie-break
}

type node[E any] struct {
	at    Time
	order uint64
	event E
}

func (a *node[E]) before(b *node[E]) bool {
	return a.at < b.at || a.at == b.at && a.order < b.order
}

// Now returns the instant of the event taken last.
func (q *Queue[E]) Now() Time { return q.now }

// Len returns the number of pending events.
func (q *Queue[E]) Len() int { return len(q.heap) }

// Schedule adds an event at an instant. It panics when the instant lies before Now: an event in the past
// is a programming error.
func (q *Queue[E]) Schedule(at Time, event E) {
	if at < q.now {
		panic(fmt.Sprintf("kernel: event scheduled at %v, before now %v", at, q.now))
	}
	q.heap = append(q.heap, node[E]{})
	h := q.heap
	entry := node[E]{at, q.next, event}
	q.next++
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

// Peek returns the instant of the next event, or Never when none is pending.
func (q *Queue[E]) Peek() Time {
	if len(q.heap) == 0 {
		return Never
	}
	return q.heap[0].at
}

// Next takes the next event and moves the clock to it; ok is false when none is pending.
func (q *Queue[E]) Next() (at Time, event E, ok bool) {
	h := q.heap
	if len(h) == 0 {
		return q.now, event, false
	}
	top := h[0]
	last := len(h) - 1
	entry := h[last]
	q.heap = h[:last]
	if last > 0 {
		siftDown(h[:last], entry)
	}
	q.now = top.at
	return top.at, top.event, true
}

// siftDown places entry, starting from the hole at the root of h.
func siftDown[E any](h []node[E], entry node[E]) {
	i, n := 0, len(h)
	for {
		child := 4*i + 1
		if child >= n {
			break
		}
		least := child
		for c := child + 1; c < min(child+4, n); c++ {
			if h[c].before(&h[least]) {
				least = c
			}
		}
		if !h[least].before(&entry) {
			break
		}
		h[i] = h[least]
		i = least
	}
	h[i] = entry
}
