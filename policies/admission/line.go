package admission

import (
	"iter"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// slot is a slot of a replica, which serves one batch at a time.
type slot struct {
	free time.Duration // time from now until the slot can start a batch
	of   *fleet.Deployment
}

// slots is a heap. Its first element is the slot that is free first.
type slots []slot

// sink restores the heap after the time of slot i has grown.
func (s slots) sink(i int) {
	for {
		child := 2*i + 1
		if child >= len(s) {
			return
		}
		if child+1 < len(s) && s[child+1].free < s[child].free {
			child++
		}
		if s[i].free <= s[child].free {
			return
		}
		s[i], s[child] = s[child], s[i]
		i = child
	}
}

// sort makes slots in any order a heap.
func (s slots) sort() {
	for i := len(s)/2 - 1; i >= 0; i-- {
		s.sink(i)
	}
}

// add adds the slots of a replica: each is free when the service under way in it ends.
func (s slots) add(v *sim.View, at fleet.ReplicaID, u *underway) slots {
	d := v.Deployment(at)
	busy := u.at(at)
	for i := range max(d.Slots, len(busy)) {
		one := slot{of: d}
		if i < len(busy) {
			one.free = max(0, busy[i].Sub(v.Now()))
		}
		s = append(s, one)
	}
	return s
}

// end returns the time from now until a request would end at a replica, by the planned latency of
// batches. It assumes that the replica never waits: as soon as a slot is free, it starts the
// largest batch that it can. The request takes its place among the waiting requests, by the
// replica's order. If the end is later than the time within, the result may be too small, but it is
// later than within, too.
func (a *EarlyDrop) end(v *sim.View, at fleet.ReplicaID, r *fleet.Request, within time.Duration) time.Duration {
	d := v.Deployment(at)
	b := newBatch(v, d)
	if !a.estimate {
		b.add(r, 1)
		return b.span(d)
	}
	if a.order != nil && a.order.Discipline() >= sim.Share {
		b.add(r, 1)
		return b.span(d) * time.Duration(max(v.Outstanding(at)+1, d.Slots)) / time.Duration(d.Slots)
	}
	a.slots = a.slots[:0].add(v, at, &a.underway)
	a.slots.sort()
	return a.endBehind(v, at, v.Queued(at), r, within)
}

// endOfPending is end for a request behind those that the router keeps back. Any ready replica of
// the model may serve them.
func (a *EarlyDrop) endOfPending(v *sim.View, r *fleet.Request, within time.Duration) time.Duration {
	a.slots = a.slots[:0]
	for i := range v.Ready(r.Model) {
		a.slots = a.slots.add(v, v.ReadyAt(r.Model, i), &a.underway)
	}
	a.slots.sort()
	return a.endBehind(v, fleet.NoReplica, v.Pending(r.Model), r, within)
}

// endBehind is end for a request that joins n waiting requests, which a.slots serve. They wait at a
// replica, or are those that the router keeps back if at is fleet.NoReplica. The batch of the
// request grows until it starts: requests of the same size arrive at the present rate and join it.
func (a *EarlyDrop) endBehind(v *sim.View, at fleet.ReplicaID, n int, r *fleet.Request, within time.Duration) time.Duration {
	b, closed := &a.next, false
	*b = newBatch(v, a.slots[0].of)
	if a.order == nil && b.even {
		for ; n >= a.slots[0].of.MaxBatch; n -= a.slots[0].of.MaxBatch {
			b.Items = float64(a.slots[0].of.MaxBatch)
			a.occupy()
		}
		b.Items, b.places = float64(n), n
		b.add(r, 1)
	} else {
		line := v.InLine(at)
		if at == fleet.NoReplica {
			line = v.KeptBack(r.Model)
		}
		if closed = a.walk(v, line, r, within); a.slots[0].free > within {
			return a.slots[0].free
		}
	}
	top := &a.slots[0]
	if room := a.most(top.of) - b.places; room > 0 && !closed {
		come := a.flows[r.Model].at(v.Now()) * top.free.Seconds() / float64(v.Ready(r.Model))
		b.add(r, min(come, float64(room)/float64(r.Places())))
	}
	return top.free + b.span(top.of)
}

// walk forms batches of the waiting requests, with the request in its place among them. The slots
// serve the batches before the batch of the request, which stays in a.next. Closed reports that no
// further request fits into this batch. Walk stops early if every slot is busy for longer than
// within.
func (a *EarlyDrop) walk(v *sim.View, line iter.Seq[*fleet.Request], r *fleet.Request, within time.Duration) (closed bool) {
	joined, own := false, int64(0)
	if a.order != nil {
		own = a.order.Rank(v, r)
	}
	for one := range line {
		if a.order != nil && !joined && a.order.Rank(v, one) > own {
			a.put(r)
			joined = true
		}
		if joined && !a.fits(one) {
			return true
		}
		if a.put(one); !joined && a.slots[0].free > within {
			return true
		}
	}
	if !joined {
		a.put(r)
	}
	return false
}

// fits reports whether a request fits into the batch a.next.
func (a *EarlyDrop) fits(r *fleet.Request) bool {
	return a.next.places == 0 || a.next.places+r.Places() <= a.most(a.slots[0].of)
}

// put adds a request to the batch a.next. If it does not fit, this batch is served first, and the
// request begins a new one.
func (a *EarlyDrop) put(r *fleet.Request) {
	if !a.fits(r) {
		a.occupy()
	}
	a.next.add(r, 1)
}

// most returns the largest number of places of a batch: 1 if the order serves requests one by one.
func (a *EarlyDrop) most(d *fleet.Deployment) int {
	if a.order != nil && a.order.Discipline() > sim.Line {
		return 1
	}
	return d.MaxBatch
}

// occupy lets the slot that is free first serve the batch a.next, and empties a.next.
func (a *EarlyDrop) occupy() {
	a.slots[0].free += a.next.span(a.slots[0].of)
	a.slots.sink(0)
	a.next.clear()
}
