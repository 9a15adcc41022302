package engine

import (
	"math"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// preempting serves requests one by one, the most urgent ones in the slots.
func (r *run) preempting(at fleet.ReplicaID) {
	d := &r.Spec.Deployments[r.fleet.Replica(at).Deployment]
	for {
		next, ok := r.fleet.First(at)
		if !ok {
			return
		}
		if rep := r.fleet.Replica(at); rep.Busy >= rep.Slots {
			worst, rank := r.leastUrgent(at, d)
			if rank <= r.fleet.RankOf(next) {
				return
			}
			r.fleet.Preempt(at, worst, r.queue.Now(), rank)
			r.tellBatch(sim.BatchFinished, at, 1, 0)
			r.tellRequest(sim.RequestPreempted, worst, at)
		}
		r.serveOne(at, d)
	}
}

// leastUrgent returns the running request that would be last in line, and the rank it would have.
func (r *run) leastUrgent(at fleet.ReplicaID, d *fleet.Deployment) (worst fleet.RequestID, rank int64) {
	rank = math.MinInt64
	for _, id := range r.fleet.Running(at) {
		own := r.fleet.RankOf(id)
		if r.discipline == sim.PreemptByRemaining {
			own = sim.RankOfWork(float64(r.fleet.Left(id, r.queue.Now())) / float64(d.Latency.Latency(1)))
		}
		if own > rank || own == rank && r.fleet.Request(id).Ordinal > r.fleet.Request(worst).Ordinal {
			worst, rank = id, own
		}
	}
	return worst, rank
}

// serveOne starts or resumes the request that is first in line.
func (r *run) serveOne(at fleet.ReplicaID, d *fleet.Deployment) {
	id, work := r.fleet.Start(at, 1)
	resumes := r.fleet.Resumes(id)
	span, turn := r.fleet.Begin(at, id, r.queue.Now(), stretched(d.Latency.Latency(1), r.slowed(at, work)))
	r.tellBatch(sim.BatchStarted, at, 1, span)
	if resumes {
		r.tellRequest(sim.RequestResumed, id, at)
	} else {
		r.tellRequest(sim.RequestStarted, id, at)
	}
	r.queue.Schedule(r.queue.Now().Add(span), event{kind: oneDone, index: int32(at), other: int32(id), epoch: turn})
}

// finishOne ends the service of a request that was served alone.
func (r *run) finishOne(at fleet.ReplicaID, id fleet.RequestID) {
	r.fleet.Cease(at, id)
	r.tellBatch(sim.BatchFinished, at, 1, 0)
	r.end(sim.RequestFinished, id, at)
	r.goOn(at)
}

// slowed returns the work of a service that a replica starts now as what shares its GPU makes it.
func (r *run) slowed(at fleet.ReplicaID, work float64) float64 {
	if r.interferes {
		work *= r.fleet.Slowdown(at)
	}
	return work
}

// longest is a service longer than any run, in half nanoseconds.
const longest = 1 << 62

// stretched returns a span times a factor, to the nearest nanosecond.
func stretched(span time.Duration, factor float64) time.Duration {
	if factor == 1 {
		return span
	}
	halves := min(2*float64(span)*factor, longest)
	return time.Duration((int64(halves) + 1) >> 1)
}
