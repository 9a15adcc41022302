package fleet

import (
	"time"

	"wavetank/sim/kernel"
)

// workUnit is the grain in which work is summed, so that sums are exact: 2⁻²⁰ of a mean request.
const workUnit = 1.0 / (1 << 20)

// workUnits returns work relative to a mean request in units of workUnit, at most that of 2³⁰ mean
// requests.
func workUnits(work float64) int64 {
	if work > 1<<30 {
		work = 1 << 30
	}
	return int64(work * (1 / workUnit))
}

// owedFor returns the work that a replica does alone in a span, in units of workUnit.
func (f *Fleet) owedFor(at ReplicaID, span time.Duration) int64 {
	return workUnits(float64(span) / float64(f.alone(at)))
}

// alone returns how long a replica takes for a mean request alone.
func (f *Fleet) alone(at ReplicaID) time.Duration {
	return f.spec.Deployments[f.replicas[at].Deployment].Latency.Latency(1)
}

// Occupy records when a service that has just started at a replica will end. Finish takes it back.
func (f *Fleet) Occupy(at ReplicaID, end kernel.Time) {
	f.replicas[at].ends += end
	f.loadChanged(at)
}

// Timed returns the number of services under way at a replica whose ends are known.
func (r *Replica) Timed() int {
	if r.sharing {
		return 0
	}
	return int(r.Busy)
}

// UnderWay returns the sum of what is left of the services under way at a replica whose ends are
// known; 0 if there is none.
func (f *Fleet) UnderWay(at ReplicaID, now kernel.Time) time.Duration {
	r := &f.replicas[at]
	n := kernel.Time(r.Timed())
	if n == 0 {
		return 0
	}
	return time.Duration(r.ends - n*now)
}

// WorkEnd returns a number of nanoseconds W such that a replica would need W − Timed·now for all
// that it was given, one request after the other. W is the service time of the requests that wait
// or share the replica, each served alone, plus the ends of the services under way.
func (f *Fleet) WorkEnd(at ReplicaID) float64 {
	if !f.weighs {
		f.weigh()
	}
	r := &f.replicas[at]
	return float64(r.owed+r.shared)*workUnit*float64(f.alone(at)) + float64(r.ends)
}

// weigh sums up what is owed to those in line. From now on the fleet keeps the sums. It does so
// only if a lever asks for them.
func (f *Fleet) weigh() {
	f.weighs = true
	for i := range f.replicas {
		r := &f.replicas[i]
		f.inLine(&r.queue, func(id RequestID) bool {
			r.owed += f.owes(id)
			return true
		})
	}
}

// owes returns the work of a waiting request still to be done, in units of workUnit.
func (f *Fleet) owes(id RequestID) int64 {
	s := &f.requests[id]
	if s.resumes {
		return f.owedFor(s.replica, time.Duration(f.sides[id].until))
	}
	if m := &f.spec.Models[s.Model]; !m.Even() {
		d := &f.spec.Deployments[f.replicas[s.replica].Deployment]
		return f.owedFor(s.replica, d.Alone(m, &s.Request, 1))
	}
	return workUnits(s.Work)
}

// owe adds what is owed to a request that joins the line of a replica; with sign -1 it takes that
// back.
func (f *Fleet) owe(r *Replica, id RequestID, sign int64) {
	if f.weighs {
		f.weighOne(r, id, sign)
	}
}

func (f *Fleet) weighOne(r *Replica, id RequestID, sign int64) { r.owed += sign * f.owes(id) }
