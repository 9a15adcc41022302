package admission

import (
	"iter"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// slot is one of the places of a replica in which a batch is served.
type slot struct {
	free time.Duration // from now until it can start a batch
	of   *fleet.Deployment
}

// slots is a heap: the slot that is free first is on top.
type slots []slot

// sink restores the heap after slot i was occupied for longer.
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

// sort makes a heap of slots in any order.
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

// end returns how long from now a request would end at a replica, by the planned latency of
// batches. The replica is taken to start all that it can as soon as a slot is free. It serves those
// in line in its order, and the request among them. An end that is not within the given time need
// not be exact: the result is only known to be later than that time.
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

// endOfPending returns how long from now a request would end behind those that the router keeps
// back, whichever replicas serve them. The result is as exact as that of end.
func (a *EarlyDrop) endOfPending(v *sim.View, r *fleet.Request, within time.Duration) time.Duration {
	a.slots = a.slots[:0]
	for i := range v.Ready(r.Model) {
		a.slots = a.slots.add(v, v.ReadyAt(r.Model, i), &a.underway)
	}
	a.slots.sort()
	return a.endBehind(v, fleet.NoReplica, v.Pending(r.Model), r, within)
}

// endBehind returns how long from now a request would end that joins the line of n others at a
// replica, or, without one, of those kept back. The slots serve them. Its batch grows until it
// starts: by those who arrive meanwhile, at the rate of late, each as large as the request. The
// result is as exact as that of end.
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

// walk puts those who are in line into batches, the request in its place among them, and lets the
// slots serve the batches before its own. Closed is true if no one else fits into that. It stops
// once every slot is busy for longer than a time.
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

// fits reports whether a request fits into the batch that is formed.
func (a *EarlyDrop) fits(r *fleet.Request) bool {
	return a.next.places == 0 || a.next.places+r.Places() <= a.most(a.slots[0].of)
}

// put adds a request to the batch that is formed. One that it does not fit into is served first.
func (a *EarlyDrop) put(r *fleet.Request) {
	if !a.fits(r) {
		a.occupy()
	}
	a.next.add(r, 1)
}

// most returns the places of a batch: one where the order serves requests one by one.
func (a *EarlyDrop) most(d *fleet.Deployment) int {
	if a.order != nil && a.order.Discipline() > sim.Line {
		return 1
	}
	return d.MaxBatch
}

// occupy lets the slot that is free first serve the batch that is formed, and begins another.
func (a *EarlyDrop) occupy() {
	a.slots[0].free += a.next.span(a.slots[0].of)
	a.slots.sink(0)
	a.next.clear()
}
