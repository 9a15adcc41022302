package fleet

import (
	"fmt"
	"slices"

	"wavetank/sim/kernel"
)

// CanLoseMachines reports whether machines of some type can be lost, or a zone.
func (c *Spec) CanLoseMachines() bool {
	return c.canLoseZones() || slices.ContainsFunc(c.Types, func(t MachineType) bool {
		return t.Failures.MTBF > 0 || t.Spot.Life > 0 || len(t.Outages) > 0 || len(t.Supply) > 0
	})
}

// CanLoseReplicas reports whether replicas can be lost, with their machine or at the end of a grace
// period.
func (c *Spec) CanLoseReplicas() bool { return c.Grace > 0 || c.CanLoseMachines() }

// canLoseZones reports whether a zone with machines can be down.
func (c *Spec) canLoseZones() bool {
	return slices.ContainsFunc(c.Zones, func(z Zone) bool { return z.Failures.MTBF > 0 || len(z.Outages) > 0 })
}

// Closed reports whether a machine takes no new replica now, because it is to be released, has
// failed, or is under maintenance.
func (m *Machine) Closed() bool { return m.Cordoned || m.Maintained || m.State == Failed }

// Placed returns the replicas on a machine, oldest first. The slice must not be changed or kept.
func (m *Machine) Placed() []ReplicaID { return m.placed }

// Fail marks a machine that is up as failed. The caller then calls Lose for each of its replicas.
func (f *Fleet) Fail(id MachineID) {
	m := &f.machines[id]
	if m.State != Up {
		panic(fmt.Sprintf("fleet: machine %d fails in state %d", id, m.State))
	}
	m.State = Failed
}

// Repair marks a failed machine as up again.
func (f *Fleet) Repair(id MachineID, now kernel.Time) {
	m := &f.machines[id]
	if m.State != Failed || m.Replicas > 0 {
		panic(fmt.Sprintf("fleet: machine %d is repaired in state %d with %d replicas", id, m.State, m.Replicas))
	}
	m.State, m.UpAt = Up, now
}

// Lose removes a replica from its machine without a drain. It returns the requests that the replica
// served, and those that waited there, both in the order of arrival. The caller must call Forget or
// Retry for each of them.
func (f *Fleet) Lose(id ReplicaID, now kernel.Time) (served, waited []RequestID) {
	r := &f.replicas[id]
	switch r.State {
	case Loading:
		f.count[r.Deployment].Loading--
	case Ready:
		f.leave(id)
	case Draining:
		f.count[r.Deployment].Draining--
	case Gone:
		panic(fmt.Sprintf("fleet: replica %d is lost twice", id))
	}
	if r.Held() > 0 {
		served, waited = f.releaseRequests(id)
	}
	r.State, r.Since = Gone, now
	f.empty(&r.queue)
	r.running = nil
	r.Busy, r.Executing, r.ends, r.owed, r.shared = 0, 0, 0, 0, 0
	r.Wake++
	f.vacatePlace(id)
	return served, waited
}

// releaseRequests ends the wait or the service of all requests of a lost replica.
func (f *Fleet) releaseRequests(at ReplicaID) (served, waited []RequestID) {
	for i := range f.requests {
		s := &f.requests[i]
		if s.state == unused || s.replica != at {
			continue
		}
		if s.state == executing {
			served = append(served, RequestID(i))
		} else {
			waited = append(waited, RequestID(i))
			f.waiting[s.Model]--
		}
		s.state = ended
	}
	for _, list := range [][]RequestID{served, waited} {
		slices.SortFunc(list, func(a, b RequestID) int { return int(f.requests[a].Ordinal - f.requests[b].Ordinal) })
	}
	return served, waited
}

// Retry makes a request of a lost replica pending again, at its place in the order of arrival. It
// returns the epoch of the request.
func (f *Fleet) Retry(id RequestID) (epoch uint32) {
	s := &f.requests[id]
	if s.state != ended {
		panic(fmt.Sprintf("fleet: request %d is retried in state %d", id, s.state))
	}
	s.state, s.replica, s.resumes = pending, NoReplica, false
	f.held++
	f.enter(&s.Request)
	f.insert(f.lineOf(&s.Request), id)
	f.waiting[s.Model]++
	return s.epoch
}

// inserted is a request that was added to a line, and its epoch then.
type inserted struct {
	id    RequestID
	epoch uint32
}

// insert adds a request to a line of pending requests in the order of arrival, or of rank in a
// ranked fleet. The requests of a lost replica come one after the other in the order of arrival, so
// the search for the place goes on from the request before, if it still waits in this line.
func (f *Fleet) insert(q *queue, id RequestID) {
	if f.byRank {
		f.push(q, id)
		return
	}
	s := &f.requests[id]
	after := q.head
	last := &f.requests[f.inserted.id]
	if last.state == pending && last.epoch == f.inserted.epoch && last.Ordinal < s.Ordinal && f.lineOf(&last.Request) == q {
		after = last.next
	}
	for after != none && f.requests[after].Ordinal < s.Ordinal {
		after = f.requests[after].next
	}
	f.inserted = inserted{id, s.epoch}
	if after == none {
		f.push(q, id)
		return
	}
	q.length++
	s.next, s.prev = after, f.requests[after].prev
	if s.prev == none {
		q.head = id
	} else {
		f.requests[s.prev].next = id
	}
	f.requests[after].prev = id
}
