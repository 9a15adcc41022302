package fleet

// Rank makes the fleet order its queues by rank, then by arrival. It is called before any request
// is admitted.
func (f *Fleet) Rank() { f.byRank = true }

// SetRank sets the rank of a request without a replica. The smallest rank is first in line.
func (f *Fleet) SetRank(id RequestID, rank int64) {
	s := &f.requests[id]
	if s.state != pending {
		s.rank = rank
		return
	}
	q := f.lineOf(&s.Request)
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

// LeastUrgent returns the waiting request of a model that has the largest rank. Ties go to the
// latest arrival. It considers the pending requests, and the lines of the replicas for which looked
// returns true. Ok is false if no request waits there. The fleet must be ranked.
func (f *Fleet) LeastUrgent(m ModelID, looked func(ReplicaID) bool) (id RequestID, ok bool) {
	id = none
	look := func(q *queue) {
		if q.length == 0 {
			return
		}
		for _, other := range f.heaps[q.head] {
			if id == none || f.before(id, other) {
				id = other
			}
		}
	}
	for i := range f.linesOf(m) {
		look(&f.pending[int(m)*f.lanes+i])
	}
	for _, at := range f.active {
		if r := &f.replicas[at]; r.Model == m && r.queue.length > 0 && looked(at) {
			look(&r.queue)
		}
	}
	return id, id != none
}

// first returns the request that is first in line, or none.
func (f *Fleet) first(q *queue) RequestID {
	if !f.byRank {
		return q.head
	}
	if q.length == 0 {
		return none
	}
	return f.heaps[q.head][0]
}

// inLine calls do for each request in line, in order, until do returns false.
func (f *Fleet) inLine(q *queue, do func(RequestID) bool) {
	if f.byRank {
		if q.length == 0 {
			return
		}
		f.inOrder(f.heaps[q.head], do)
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
	if f.byRank {
		f.pushHeap(q, id)
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

// take removes the first n requests from the line. They stay linked, in order.
func (f *Fleet) take(q *queue, n int) (first RequestID) {
	first = f.first(q)
	if f.byRank {
		f.takeRanked(q, first, n)
		return first
	}
	last := &f.requests[first]
	for range n - 1 {
		last = &f.requests[last.next]
	}
	q.length -= int32(n)
	if q.head = last.next; q.head == none {
		q.tail = none
	} else {
		f.requests[q.head].prev = none
	}
	last.next = none
	return first
}

func (f *Fleet) takeRanked(q *queue, id RequestID, n int) {
	for {
		f.unlink(q, id)
		f.requests[id].next = none
		if n--; n == 0 {
			return
		}
		next := f.first(q)
		f.requests[id].next = next
		id = next
	}
}

// empty removes all requests from the line.
func (f *Fleet) empty(q *queue) {
	if f.byRank && q.head != none {
		f.heaps[q.head] = nil
	}
	*q = emptyQueue
}

// unlink removes a request from the line.
func (f *Fleet) unlink(q *queue, id RequestID) {
	q.length--
	if f.byRank {
		f.unlinkHeap(q, id)
		return
	}
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
}

// pushHeap adds a request to the heap of a line.
func (f *Fleet) pushHeap(q *queue, id RequestID) {
	if q.head == none {
		q.head = RequestID(len(f.heaps))
		f.heaps = append(f.heaps, nil)
	}
	h := append(f.heaps[q.head], id)
	f.heaps[q.head] = h
	f.rise(h, len(h)-1)
}

// unlinkHeap removes a request from the heap of a line.
func (f *Fleet) unlinkHeap(q *queue, id RequestID) {
	h := f.heaps[q.head]
	i, last := int(f.requests[id].place), len(h)-1
	other := h[last]
	h = h[:last]
	f.heaps[q.head] = h
	if i < last {
		f.put(h, i, other)
		f.sink(h, i)
		f.rise(h, i)
	}
}

func (f *Fleet) put(h []RequestID, i int, id RequestID) {
	h[i] = id
	f.requests[id].place = int32(i)
}

func (f *Fleet) rise(h []RequestID, i int) {
	id := h[i]
	for i > 0 {
		parent := (i - 1) / 2
		if !f.before(id, h[parent]) {
			break
		}
		f.put(h, i, h[parent])
		i = parent
	}
	f.put(h, i, id)
}

func (f *Fleet) sink(h []RequestID, i int) {
	id := h[i]
	for {
		child := 2*i + 1
		if child >= len(h) {
			break
		}
		if child+1 < len(h) && f.before(h[child+1], h[child]) {
			child++
		}
		if !f.before(h[child], id) {
			break
		}
		f.put(h, i, h[child])
		i = child
	}
	f.put(h, i, id)
}
