package fleet

import (
	"fmt"
	"time"

	"wavetank/sim/kernel"
)

// Begin records that a request that has just started alone at a replica is served from now on. Its
// service takes left, or, where it was preempted, what was left then. Begin returns that time, and
// the turn, by which Serving tells this beginning from others.
func (f *Fleet) Begin(at ReplicaID, id RequestID, now kernel.Time, left time.Duration) (remaining time.Duration, turn uint32) {
	s, r := &f.requests[id], &f.replicas[at]
	if !s.resumes {
		f.sides[id].until = kernel.Time(left)
	}
	s.turn++
	s.place = int32(len(r.running))
	r.running = append(r.running, id)
	remaining = time.Duration(f.sides[id].until)
	f.sides[id].until = now.Add(remaining)
	f.Occupy(at, f.sides[id].until)
	return remaining, s.turn
}

// Serving reports whether the request is still in the service that was begun under this turn.
func (f *Fleet) Serving(id RequestID, turn uint32) bool {
	s := &f.requests[id]
	return s.state == executing && s.turn == turn
}

// Resumes reports whether a waiting request was preempted.
func (f *Fleet) Resumes(id RequestID) bool { return f.requests[id].resumes }

// Running returns the requests whose service was begun one by one at a replica, in no order. The
// slice must not be changed or kept.
func (f *Fleet) Running(at ReplicaID) []RequestID { return f.replicas[at].running }

// Left returns what is left of a running request's service.
func (f *Fleet) Left(id RequestID, now kernel.Time) time.Duration {
	return f.sides[id].until.Sub(now)
}

// Cease ends the service of a request that was begun one by one. It is still to be forgotten.
func (f *Fleet) Cease(at ReplicaID, id RequestID) {
	f.stopRunning(at, id)
	f.Finish(at, 1, f.sides[id].until)
}

// Preempt takes a running request out of service and puts it back in line under a rank.
func (f *Fleet) Preempt(at ReplicaID, id RequestID, now kernel.Time, rank int64) {
	s := &f.requests[id]
	if s.state != executing {
		panic(fmt.Sprintf("fleet: request %d preempted in state %d", id, s.state))
	}
	f.stopRunning(at, id)
	f.Finish(at, 1, f.sides[id].until)
	f.sides[id].until = kernel.Time(f.Left(id, now))
	s.state, s.resumes, s.rank = suspended, true, rank
	f.push(&f.replicas[at].queue, id)
	f.owe(&f.replicas[at], id, 1)
	f.waiting[s.Model]++
	f.loadChanged(at)
}

// stopRunning takes a request out of the running of its replica.
func (f *Fleet) stopRunning(at ReplicaID, id RequestID) {
	r := &f.replicas[at]
	i, last := f.requests[id].place, r.running[len(r.running)-1]
	r.running[i] = last
	f.requests[last].place = i
	r.running = r.running[:len(r.running)-1]
}

// Share takes the first in line at a replica into service, beside all others there. Slots are busy
// as far as there are requests for them.
func (f *Fleet) Share(at ReplicaID) RequestID {
	r := &f.replicas[at]
	id := f.take(&r.queue, 1)
	f.owe(r, id, -1)
	f.requests[id].state = executing
	r.sharing = true
	r.Executing++
	r.shared += f.owes(id)
	r.Busy = min(r.Executing, r.Slots)
	f.waiting[r.Model]--
	f.loadChanged(at)
	return id
}

// Unshare ends the service of a request that shared its replica. It is still to be forgotten.
func (f *Fleet) Unshare(at ReplicaID, id RequestID) {
	r := &f.replicas[at]
	r.Executing--
	r.Busy = min(r.Executing, r.Slots)
	r.shared -= f.owes(id)
	f.loadChanged(at)
}
