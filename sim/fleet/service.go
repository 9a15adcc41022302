package fleet

import (
	"fmt"
	"time"

	"wavetank/sim/kernel"
)

// Begin records that a replica serves a request alone from now on. The service takes left. For a
// request that was preempted, it takes the time that was left at the preemption. Begin returns this
// time, and the turn, a number that tells this service from earlier services of the request
// (Serving).
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

// Serving reports whether the request is still in the service with this turn.
func (f *Fleet) Serving(id RequestID, turn uint32) bool {
	s := &f.requests[id]
	return s.state == executing && s.turn == turn
}

// Resumes reports whether a waiting request was preempted.
func (f *Fleet) Resumes(id RequestID) bool { return f.requests[id].resumes }

// Running returns the requests in service at a replica that were started by Begin, in no order. The
// slice must not be changed or kept.
func (f *Fleet) Running(at ReplicaID) []RequestID { return f.replicas[at].running }

// Left returns how long the service of a running request still takes.
func (f *Fleet) Left(id RequestID, now kernel.Time) time.Duration {
	return f.sides[id].until.Sub(now)
}

// Cease ends the service of a request that was started by Begin. The caller then calls Forget.
func (f *Fleet) Cease(at ReplicaID, id RequestID) {
	f.stopRunning(at, id)
	f.Finish(at, 1, f.sides[id].until)
}

// Preempt interrupts the service of a running request, and puts the request back in line with a
// rank.
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

// stopRunning removes a request from the list of running requests of its replica.
func (f *Fleet) stopRunning(at ReplicaID, id RequestID) {
	r := &f.replicas[at]
	i, last := f.requests[id].place, r.running[len(r.running)-1]
	r.running[i] = last
	f.requests[last].place = i
	r.running = r.running[:len(r.running)-1]
}

// Share takes the first request in line at a replica into service, together with all others there.
// The number of busy slots is the number of requests in service, at most Slots.
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

// Unshare ends the service of a request that shared its replica. The caller then calls Forget.
func (f *Fleet) Unshare(at ReplicaID, id RequestID) {
	r := &f.replicas[at]
	r.Executing--
	r.Busy = min(r.Executing, r.Slots)
	r.shared -= f.owes(id)
	f.loadChanged(at)
}
