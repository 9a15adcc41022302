package fleet

import (
	"iter"
	"slices"
)

// The requests of a model that have no replica wait in one queue. After QueueByClass, they wait in
// one queue for each class.

// QueueByClass makes pending requests wait in a queue for each class. It is called before any
// request is admitted.
func (f *Fleet) QueueByClass() {
	f.lanes = max(1, len(f.spec.Classes))
	f.pending = slices.Repeat([]queue{emptyQueue}, len(f.spec.Models)*f.lanes)
	f.backlogs = make([]int64, len(f.pending))
}

// laneOf returns the number of the queue in which a request waits while it has no replica.
func (f *Fleet) laneOf(r *Request) int {
	return int(r.Model)*f.lanes + min(int(r.Class), f.lanes-1)
}

// lineOf returns the queue in which a request waits while it has no replica.
func (f *Fleet) lineOf(r *Request) *queue {
	if f.lanes == 1 {
		return &f.pending[r.Model]
	}
	return &f.pending[f.laneOf(r)]
}

// enter numbers the backlog that a request begins if its queue is empty. It is called before the
// request is put there.
func (f *Fleet) enter(r *Request) {
	if f.backlogs == nil || f.lineOf(r).length > 0 {
		return
	}
	f.backlog++
	f.backlogs[f.laneOf(r)] = f.backlog
}

// Backlog returns the number of the backlog in which a pending request waits (see
// sim.View.Backlog).
func (f *Fleet) Backlog(r *Request) int64 {
	if f.backlogs == nil {
		return 0
	}
	return f.backlogs[f.laneOf(r)]
}

// linesOf returns the queues of the pending requests of a model.
func (f *Fleet) linesOf(m ModelID) []queue {
	return f.pending[int(m)*f.lanes : (int(m)+1)*f.lanes]
}

// Pending returns the number of a model's requests that have no replica yet.
func (f *Fleet) Pending(m ModelID) (n int) {
	if f.lanes == 1 {
		return int(f.pending[m].length)
	}
	for _, q := range f.linesOf(m) {
		n += int(q.length)
	}
	return n
}

// Behind reports whether requests are pending in the queue in which a request would wait.
func (f *Fleet) Behind(r *Request) bool { return f.lineOf(r).length > 0 }

// FirstPending returns the pending request of a model that is first in line; ok is false when there
// is none.
func (f *Fleet) FirstPending(m ModelID) (id RequestID, ok bool) {
	id = f.first(&f.pending[int(m)*f.lanes])
	for i := range f.linesOf(m)[1:] {
		if other := f.first(&f.pending[int(m)*f.lanes+1+i]); other != none && (id == none || f.ahead(other, id)) {
			id = other
		}
	}
	return id, id != none
}

// FirstOfEach appends to a list the request that is first in each queue of a model's pending
// requests. They are in the sequence in which they would be in one line.
func (f *Fleet) FirstOfEach(m ModelID, list []RequestID) []RequestID {
	lines := f.linesOf(m)
	for i := range lines {
		if id := f.first(&lines[i]); id != none {
			list = append(list, id)
		}
	}
	slices.SortFunc(list, f.compare)
	return list
}

// ahead reports whether pending request a is in line before b.
func (f *Fleet) ahead(a, b RequestID) bool {
	if f.byRank {
		return f.before(a, b)
	}
	return f.requests[a].Ordinal < f.requests[b].Ordinal
}

// compare orders pending requests as they are in line.
func (f *Fleet) compare(a, b RequestID) int {
	if f.ahead(a, b) {
		return -1
	}
	return 1
}

// KeptBack returns the pending requests of a model, in the order in which they are in line.
func (f *Fleet) KeptBack(m ModelID) iter.Seq[*Request] {
	return func(yield func(*Request) bool) {
		if f.lanes == 1 {
			f.inLine(&f.pending[m], func(id RequestID) bool { return yield(&f.requests[id].Request) })
			return
		}
		var all []RequestID
		lines := f.linesOf(m)
		for i := range lines {
			f.inLine(&lines[i], func(id RequestID) bool { all = append(all, id); return true })
		}
		slices.SortFunc(all, f.compare)
		for _, id := range all {
			if !yield(&f.requests[id].Request) {
				return
			}
		}
	}
}
