package engine

import (
	"math"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// sharing is the service of one replica that serves all its requests at once. Requests that have been served
// equally long form a tier; under processor sharing there is one tier, whose members entered at different
// served times, under least-served there are several, and only the lowest is served.
type sharing struct {
	tiers []tier // by served time, the least first
	since kernel.Time
	epoch uint32
	busy  int32
}

// tier is requests served for the same time, counted in nanoseconds per request.
type tier struct {
	served  float64
	members members
}

// member is a request in service and the served time of its tier at which it will be done.
type member struct {
	done float64
	id   fleet.RequestID
}

// members is a heap of requests, the first to be done first, ties by place.
type members []member

func (m members) before(i, j int) bool {
	return m[i].done < m[j].done || m[i].done == m[j].done && m[i].id < m[j].id
}

// push adds a member.
func (m *members) push(x member) {
	*m = append(*m, x)
	h := *m
	for i := len(h) - 1; i > 0 && h.before(i, (i-1)/2); i = (i - 1) / 2 {
		h[i], h[(i-1)/2] = h[(i-1)/2], h[i]
	}
}

// pop takes the member that is done first.
func (m *members) pop() member {
	h := *m
	first, last := h[0], len(h)-1
	h[0] = h[last]
	h = h[:last]
	*m = h
	for i := 0; ; {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(h); c++ {
			if h.before(c, least) {
				least = c
			}
		}
		if least == i {
			return first
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}

// speed is the served time that each of n requests gains per unit of time on so many slots.
func speed(n, slots int) float64 { return min(1, float64(slots)/float64(n)) }

// share takes all that wait at a replica into service.
func (r *run) share(at fleet.ReplicaID) {
	s := r.sharingOf(at)
	d := &r.Spec.Deployments[r.fleet.Replica(at).Deployment]
	r.advance(s, d)
	for r.fleet.Replica(at).Queued() > 0 {
		id := r.fleet.Share(at)
		r.tellBusy(at, s)
		r.tellRequest(sim.RequestStarted, id, at)
		size := float64(stretched(d.Latency.Latency(1), r.slowed(at, r.fleet.Request(id).Work)))
		s.enter(r.discipline, member{size, id})
	}
	r.plan(at, s, d)
}

// enter adds a request to the tier where it belongs.
func (s *sharing) enter(how sim.Discipline, m member) {
	if len(s.tiers) == 0 || how == sim.LeastServed && s.tiers[0].served > 0 {
		s.tiers = append(s.tiers, tier{})
		copy(s.tiers[1:], s.tiers)
		s.tiers[0] = tier{}
	}
	l := &s.tiers[0]
	m.done += l.served
	l.members.push(m)
}

// advance serves the lowest tier up to now.
func (r *run) advance(s *sharing, d *fleet.Deployment) {
	now := r.queue.Now()
	if len(s.tiers) > 0 {
		l := &s.tiers[0]
		l.served += float64(now.Sub(s.since)) * speed(len(l.members), d.Slots)
	}
	s.since = now
}

// plan schedules the next change: a request is done, or the lowest tier reaches the next.
func (r *run) plan(at fleet.ReplicaID, s *sharing, d *fleet.Deployment) {
	s.epoch++
	if len(s.tiers) == 0 {
		return
	}
	l := &s.tiers[0]
	next := l.members[0].done
	if len(s.tiers) > 1 {
		next = min(next, s.tiers[1].served)
	}
	wait := math.Ceil((next - l.served) / speed(len(l.members), d.Slots))
	r.queue.Schedule(r.queue.Now().Add(time.Duration(max(0, wait))), event{kind: shareDone, index: int32(at), epoch: s.epoch})
}

// unshare ends the service of those that are done, and joins tiers that have met.
func (r *run) unshare(at fleet.ReplicaID) {
	s := r.sharingOf(at)
	d := &r.Spec.Deployments[r.fleet.Replica(at).Deployment]
	r.advance(s, d)
	const rounding = 1 // ns
	for len(s.tiers) > 0 {
		l := &s.tiers[0]
		if len(l.members) > 0 && l.members[0].done <= l.served+rounding/2. {
			id := l.members.pop().id
			r.fleet.Unshare(at, id)
			r.tellBusy(at, s)
			r.end(sim.RequestFinished, id, at)
			continue
		}
		if len(l.members) == 0 {
			s.tiers = s.tiers[1:]
			continue
		}
		if len(s.tiers) > 1 && s.tiers[1].served <= l.served+rounding/2. {
			s.join()
			continue
		}
		break
	}
	r.plan(at, s, d)
	r.goOn(at)
}

// join moves the members of the smaller of the two lowest tiers to the other.
func (s *sharing) join() {
	a, b := &s.tiers[0], &s.tiers[1]
	if len(a.members) > len(b.members) {
		a.members, b.members = b.members, a.members
		a.served, b.served = b.served, a.served
	}
	for _, m := range a.members {
		m.done += b.served - a.served
		b.members.push(m)
	}
	s.tiers = s.tiers[1:]
}

// tellBusy tells of slots that became busy or free.
func (r *run) tellBusy(at fleet.ReplicaID, s *sharing) {
	for busy := r.fleet.Replica(at).Busy; s.busy < busy; s.busy++ {
		r.tellBatch(sim.BatchStarted, at, 1, 0)
	}
	for busy := r.fleet.Replica(at).Busy; s.busy > busy; s.busy-- {
		r.tellBatch(sim.BatchFinished, at, 1, 0)
	}
}

// sharingOf returns the service of a replica.
func (r *run) sharingOf(at fleet.ReplicaID) *sharing {
	r.shares = fleet.AtLeast(r.shares, at)
	if r.shares[at] == nil {
		r.shares[at] = &sharing{}
	}
	return r.shares[at]
}
