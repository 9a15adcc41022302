package fleet

import "slices"

// queue is requests in line, linked through the slab so that it allocates nothing: first come first served as
// a doubly linked list, or, in a ranked fleet, by rank as a binary heap. Joining, leaving from the front and
// leaving from anywhere take constant time in a list and logarithmic time in a heap.
type queue struct {
	head, tail RequestID
	length     int32
	owed       int64       // to all in line
	heap       []RequestID // of a ranked fleet
}

var emptyQueue = queue{head: none, tail: none}

// Rank makes the fleet order its queues by rank, ties by arrival. It is called before any request is admitted.
func (f *Fleet) Rank() { f.byRank = true }

// SetRank ranks a pending request; the smallest rank is first in line.
func (f *Fleet) SetRank(id RequestID, rank int64) {
	s := &f.requests[id]
	q := &f.pending[s.Model]
	f.unlink(q, id)
	s.rank = rank
	f.push(q, id)
}

// RankOf returns the rank of a request.
func (f *Fleet) RankOf(id RequestID) int64 { return f.requests[id].rank }

// before reports whether a is ahead of b in a ranked queue.
func (f *Fleet) before(a, b RequestID) bool {
	x, y := &f.requests[a], &f.requests[b]
	return x.rank < y.rank || x.rank == y.rank && x.Ordinal < y.Ordinal
}

// first returns who is first in line, or none.
func (f *Fleet) first(q *queue) RequestID {
	if !f.byRank {
		return q.head
	}
	if len(q.heap) == 0 {
		return none
	}
	return q.heap[0]
}

// inLine calls do for everyone in line, in order, until it returns false.
func (f *Fleet) inLine(q *queue, do func(RequestID) bool) {
	if f.byRank {
		line := slices.Clone(q.heap)
		slices.SortFunc(line, func(a, b RequestID) int {
			if f.before(a, b) {
				return -1
			}
			return 1
		})
		for _, id := range line {
			if !do(id) {
				return
			}
		}
		return
	}
	for id := q.head; id != none; id = f.requests[id].next {
		if !do(id) {
			return
		}
	}
}

// push adds a request to the line.
func (f *Fleet) push(q *queue, id RequestID) {
	q.length++
	q.owed += f.requests[id].owed
	if f.byRank {
		f.requests[id].place = int32(len(q.heap))
		q.heap = append(q.heap, id)
		f.rise(q, len(q.heap)-1)
		return
	}
	s := &f.requests[id]
	s.prev, s.next = q.tail, none
	if q.tail == none {
		q.head = id
	} else {
		f.requests[q.tail].next = id
	}
	q.tail = id
}

// shift takes who is first in line out of it.
func (f *Fleet) shift(q *queue) RequestID {
	id := f.first(q)
	f.unlink(q, id)
	return id
}

// unlink takes a request out of the line.
func (f *Fleet) unlink(q *queue, id RequestID) {
	q.length--
	s := &f.requests[id]
	q.owed -= s.owed
	if f.byRank {
		i, last := int(s.place), len(q.heap)-1
		if i < last {
			f.put(q, i, q.heap[last])
		}
		q.heap = q.heap[:last]
		if i < last {
			f.sink(q, i)
			f.rise(q, i)
		}
		return
	}
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
}

func (f *Fleet) put(q *queue, i int, id RequestID) {
	q.heap[i] = id
	f.requests[id].place = int32(i)
}

func (f *Fleet) rise(q *queue, i int) {
	id := q.heap[i]
	for i > 0 {
		parent := (i - 1) / 2
		if !f.before(id, q.heap[parent]) {
			break
		}
		f.put(q, i, q.heap[parent])
		i = parent
	}
	f.put(q, i, id)
}

func (f *Fleet) sink(q *queue, i int) {
	id := q.heap[i]
	for {
		child := 2*i + 1
		if child >= len(q.heap) {
			break
		}
		if child+1 < len(q.heap) && f.before(q.heap[child+1], q.heap[child]) {
			child++
		}
		if !f.before(q.heap[child], id) {
			break
		}
		f.put(q, i, q.heap[child])
		i = child
	}
	f.put(q, i, id)
}
