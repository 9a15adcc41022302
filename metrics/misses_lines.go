package metrics

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// lines records the services of replicas, to find what a late request waited for. It holds the last
// service of each slot.
type lines struct {
	replicas []line
	services []lineService // per slot
	lateOf   []kernel.Time // per model: the latest lateAt of its replicas
}

// line is the state of one replica.
type line struct {
	first, slots int32       // its slots in lines.services: index of the first, and number
	lateAt       kernel.Time // when the last request that was already late started; -1: none
}

// lineService is the last service of a slot.
type lineService struct {
	begun, end kernel.Time
	free       kernel.Time // when the slot became free before this service
	lateAt     kernel.Time // lateAt of the replica when the service began
}

// replica adds the slots of a loading replica, or records that those of a ready replica are free.
func (l *lines) replica(f *sim.Fact, slots int) {
	switch f.Kind {
	case sim.ReplicaLoading:
		slots = max(slots, 1)
		l.replicas = append(l.replicas, line{int32(len(l.services)), int32(slots), -1})
		l.services = append(l.services, make([]lineService, slots)...)
	case sim.ReplicaReady:
		for i := range l.slots(f.Replica) {
			l.slots(f.Replica)[i].end = f.At
		}
	}
}

// slots returns the last services of the slots of a replica.
func (l *lines) slots(at fleet.ReplicaID) []lineService {
	r := &l.replicas[at]
	return l.services[r.first : r.first+r.slots]
}

// begin records a service that begins. It takes the slot that has been free for longest.
func (l *lines) begin(f *sim.Fact) {
	r := &l.replicas[f.Replica]
	s := &l.services[r.first]
	for i := r.first + 1; i < r.first+r.slots; i++ {
		if other := &l.services[i]; other.end < s.end {
			s = other
		}
	}
	*s = lineService{f.At, f.At.Add(f.Span), s.end, r.lateAt}
}

// beLate records that a replica served a request that was already late when it started.
func (l *lines) beLate(at fleet.ReplicaID, id fleet.ModelID, now kernel.Time) {
	l.replicas[at].lateAt = now
	l.lateOf = fleet.AtLeast(l.lateOf, id)
	l.lateOf[id] = now
}

// isLate reports whether a request that has not started is already late: its objective for the
// first token or for the latency has passed.
func isLate(c *fleet.Spec, r *fleet.Request, now kernel.Time) bool {
	o := c.Objectives(r)
	waited := now.Sub(r.Arrival)
	if r.Attempt > 0 {
		waited = now.Sub(r.Entered)
	}
	return o.FirstToken > 0 && waited > o.FirstToken || (o.Latency > 0 || r.Pipeline != 0) && waited > o.Latency
}

// wait returns the cause of the wait of a request that missed: behindLate, awaitedBatch or
// ownService. It also records if the request was already late when it started.
func (l *lines) wait(c *fleet.Spec, f *sim.Fact) cause {
	arrival := f.Request.Arrival
	switch {
	case f.Replica == fleet.NoReplica:
		if int(f.Model) < len(l.lateOf) && l.lateOf[f.Model] > arrival {
			return behindLate
		}
		return ownService
	case c.Deployments[f.Deployment].Tokens != nil:
		return ownService // Misses.start has found the cause
	case f.Kind != sim.RequestFinished && f.Kind != sim.RequestAnswered:
		return l.unserved(f)
	}
	s := l.ending(f.Replica, f.At)
	if s == nil {
		return ownService
	}
	if isLate(c, f.Request, s.begun) {
		l.beLate(f.Replica, f.Model, f.At)
	}
	held := s.begun.Sub(max(arrival, s.free))
	switch {
	case s.lateAt > arrival:
		return behindLate
	case held > 0 && held >= f.Span-c.Objective(f.Request):
		return awaitedBatch
	}
	return ownService
}

// unserved returns the cause of the wait of a request that ended before its service did.
func (l *lines) unserved(f *sim.Fact) cause {
	if l.replicas[f.Replica].lateAt > f.Request.Arrival {
		return behindLate
	}
	slots := l.slots(f.Replica)
	first, last := slots[0].end, slots[0].end
	for i := range slots {
		first, last = min(first, slots[i].end), max(last, slots[i].end)
	}
	if f.Kind == sim.RequestUnfinished {
		first = last // it may be in service, unless all slots have become free
	}
	if max(first, f.Request.Arrival) < f.At {
		return awaitedBatch
	}
	return ownService
}

// ending returns the service of a replica that ends at an instant, or nil if there is none.
func (l *lines) ending(at fleet.ReplicaID, now kernel.Time) *lineService {
	slots := l.slots(at)
	for i := range slots {
		if slots[i].end == now {
			return &slots[i]
		}
	}
	return nil
}
