package engine

import (
	"math"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// oneByOne is the server that gives each slot to one request, the most urgent requests first.
type oneByOne struct{ queued }

// wake implements server.
func (o *oneByOne) wake(at fleet.ReplicaID) { o.touch(at) }

// start starts the requests that are first in line, in free slots or in the slots of less urgent
// requests.
func (o *oneByOne) start(at fleet.ReplicaID) {
	d := o.deployment(at)
	for {
		next, ok := o.fleet.First(at)
		if !ok {
			return
		}
		if rep := o.fleet.Replica(at); rep.Busy >= rep.Slots {
			worst, rank := o.leastUrgent(at)
			if rank <= o.fleet.RankOf(next) {
				return
			}
			o.fleet.Preempt(at, worst, o.queue.Now(), rank)
			o.emitBatch(sim.BatchFinished, at, 1, 0)
			o.emitRequest(sim.RequestPreempted, worst, at)
		}
		o.begin(at, d)
	}
}

// leastUrgent returns the running request that would be last in line, and the rank it would have.
func (o *oneByOne) leastUrgent(at fleet.ReplicaID) (worst fleet.RequestID, rank int64) {
	rank = math.MinInt64
	for _, id := range o.fleet.Running(at) {
		own := o.fleet.RankOf(id)
		if o.discipline == sim.PreemptByRemaining {
			own = sim.RankOfWork(o.fleet.WorkLeft(id, o.queue.Now()))
		}
		if own > rank || own == rank && o.fleet.Request(id).Ordinal > o.fleet.Request(worst).Ordinal {
			worst, rank = id, own
		}
	}
	return worst, rank
}

// begin starts or resumes the request that is first in line.
func (o *oneByOne) begin(at fleet.ReplicaID, d *fleet.Deployment) {
	id, _ := o.fleet.Start(at, 1)
	resumes := o.fleet.Resumes(id)
	span, turn := o.fleet.Begin(at, id, o.queue.Now(), o.alone(at, d, o.fleet.Request(id)))
	o.emitBatch(sim.BatchStarted, at, 1, span)
	if resumes {
		o.emitRequest(sim.RequestResumed, id, at)
	} else {
		o.emitRequest(sim.RequestStarted, id, at)
	}
	o.queue.Schedule(o.queue.Now().Add(span), event{kind: oneDone, index: int32(at), other: int32(id), epoch: turn})
}

// cancel implements server.
func (o *oneByOne) cancel(id fleet.RequestID, at fleet.ReplicaID) bool {
	o.stop(id, at)
	return true
}

// finish ends the service of a request and starts the next. It returns false if the event is
// outdated: the request was preempted since.
func (o *oneByOne) finish(at fleet.ReplicaID, id fleet.RequestID, turn uint32) bool {
	if !o.fleet.Serving(id, turn) {
		return false
	}
	o.fleet.Cease(at, id)
	o.emitBatch(sim.BatchFinished, at, 1, 0)
	o.ends.answer(id, at)
	o.wake(at)
	return true
}
