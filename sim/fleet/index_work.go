package fleet

import (
	"time"

	"wavetank/sim/kernel"
)

// workUnit is the unit in which work is summed: 2⁻²⁰ of a mean request. Sums of whole units are
// exact.
const workUnit = 1.0 / (1 << 20)

// workUnits converts work from multiples of a mean request to units of workUnit. The result is at
// most that of 2³⁰ mean requests.
func workUnits(work float64) int64 {
	if work > 1<<30 {
		work = 1 << 30
	}
	return int64(work * (1 / workUnit))
}

// owedFor returns the work that a replica does in a span with one request in service, in units of
// workUnit.
func (f *Fleet) owedFor(at ReplicaID, span time.Duration) int64 {
	return workUnits(float64(span) / float64(f.alone(at)))
}

// alone returns how long a replica takes to serve a mean request alone.
func (f *Fleet) alone(at ReplicaID) time.Duration {
	return f.spec.Deployments[f.replicas[at].Deployment].Latency.Latency(1)
}

// Occupy records when a service that has just started at a replica will end. Finish removes the
// record.
func (f *Fleet) Occupy(at ReplicaID, end kernel.Time) {
	f.replicas[at].ends += end
	f.loadChanged(at)
}

// Timed returns the number of services under way whose ends are known. It is 0 if requests share
// the replica.
func (r *Replica) Timed() int {
	if r.sharing {
		return 0
	}
	return int(r.Busy)
}

// UnderWay returns the time that the services under way at a replica still take, summed over the
// services whose ends are known.
func (f *Fleet) UnderWay(at ReplicaID, now kernel.Time) time.Duration {
	r := &f.replicas[at]
	n := kernel.Time(r.Timed())
	if n == 0 {
		return 0
	}
	return time.Duration(r.ends - n*now)
}

// WorkEnd returns W in nanoseconds. At the instant now, a replica would need W − Timed·now to serve
// all its requests one after the other. W is the sum of the service times of the requests that wait
// or share the replica, each served alone, and of the ends of the services under way. It does not
// change with time alone.
func (f *Fleet) WorkEnd(at ReplicaID) float64 {
	if !f.weighs {
		f.weigh()
	}
	r := &f.replicas[at]
	return float64(r.owed+r.shared)*workUnit*float64(f.alone(at)) + float64(r.ends)
}

// weigh sums the work owed to the requests in each line. From then on the fleet updates the sums.
// It is called only if a lever asks for them.
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

// owes returns the work that a waiting request still needs, in units of workUnit.
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

// owe adds the work of a request that joins the line of a replica. With sign -1 it subtracts the
// work of a request that leaves.
func (f *Fleet) owe(r *Replica, id RequestID, sign int64) {
	if f.weighs {
		f.weighOne(r, id, sign)
	}
}

func (f *Fleet) weighOne(r *Replica, id RequestID, sign int64) { r.owed += sign * f.owes(id) }
