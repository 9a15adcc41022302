package engine

import (
	"math"
	"slices"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// sharing is the server of replicas that serve all their requests at once.
type sharing struct {
	queued
	services []*service // per replica; nil before its first request
}

// service is the state of a replica that serves all its requests at once. Requests that have been
// served for the same time form a tier. Under processor sharing there is one tier, and its members
// entered it at different served times. Under least-served there may be several tiers, and only the
// lowest is served.
type service struct {
	tiers []tier      // in the order of served time, the least first
	since kernel.Time // when the served times were computed
	epoch uint32      // epoch of the valid event
	busy  int32       // busy slots, as told by facts so far
}

// tier holds requests that have been served for the same time, in nanoseconds.
type tier struct {
	served  float64
	members members
}

// member is a request in service. Done is the served time of its tier, in nanoseconds, at which the
// request is finished.
type member struct {
	done float64
	id   fleet.RequestID
}

// members is a heap of requests in the order of done, ties by the identity of the request.
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

// pop removes and returns the member that is done first.
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

// remove removes a request. It reports whether the request was there.
func (m *members) remove(id fleet.RequestID) bool {
	i := slices.IndexFunc(*m, func(one member) bool { return one.id == id })
	if i < 0 {
		return false
	}
	rest := slices.Delete(*m, i, i+1)
	*m = (*m)[:0]
	for _, one := range rest {
		m.push(one)
	}
	return true
}

// speed returns the speed at which each of n requests is served if they share the slots. Full speed
// is 1.
func speed(n, slots int) float64 { return min(1, float64(slots)/float64(n)) }

// room implements server: there is room for every request.
func (h *sharing) room(at fleet.ReplicaID, _ *fleet.Request) (starting int, fits bool) {
	return h.fleet.Replica(at).Queued(), true
}

// lose implements server.
func (h *sharing) lose(at fleet.ReplicaID, busy int) int {
	if int(at) < len(h.services) {
		h.services[at] = nil
	}
	return busy
}

// wake implements server.
func (h *sharing) wake(at fleet.ReplicaID) { h.touch(at) }

// start takes all requests that wait at a replica into service.
func (h *sharing) start(at fleet.ReplicaID) {
	s := h.serviceOf(at)
	d := h.deployment(at)
	h.advance(s, d)
	for h.fleet.Replica(at).Queued() > 0 {
		id := h.fleet.Share(at)
		h.emitBusy(at, s)
		h.emitRequest(sim.RequestStarted, id, at)
		size := float64(h.alone(at, d, h.fleet.Request(id)))
		s.enter(h.discipline, member{size, id})
	}
	h.plan(at, s, d)
}

// enter adds a request to the lowest tier. Under least-served it first makes a new tier if the
// lowest has already been served.
func (s *service) enter(how sim.Discipline, m member) {
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
func (h *sharing) advance(s *service, d *fleet.Deployment) {
	now := h.queue.Now()
	if len(s.tiers) > 0 {
		l := &s.tiers[0]
		l.served += float64(now.Sub(s.since)) * speed(len(l.members), d.Slots)
	}
	s.since = now
}

// plan schedules the next change: a request is done, or the lowest tier reaches the served time of
// the next.
func (h *sharing) plan(at fleet.ReplicaID, s *service, d *fleet.Deployment) {
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
	h.queue.Schedule(h.queue.Now().Add(time.Duration(max(0, wait))), event{kind: shareDone, index: int32(at), epoch: s.epoch})
}

// finish ends the requests that are done, joins tiers with the same served time, and schedules the
// next change. It returns false if the replica is gone or the event is outdated.
func (h *sharing) finish(at fleet.ReplicaID, epoch uint32) bool {
	if h.fleet.Replica(at).State == fleet.Gone {
		return false
	}
	s := h.serviceOf(at)
	if s.epoch != epoch {
		return false
	}
	d := h.deployment(at)
	h.advance(s, d)
	const rounding = 1 // ns
	for len(s.tiers) > 0 {
		l := &s.tiers[0]
		if len(l.members) > 0 && l.members[0].done <= l.served+rounding/2. {
			id := l.members.pop().id
			h.fleet.Unshare(at, id)
			h.emitBusy(at, s)
			h.ends.answer(id, at)
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
	h.plan(at, s, d)
	h.wake(at)
	return true
}

// cancel implements server.
func (h *sharing) cancel(id fleet.RequestID, at fleet.ReplicaID) bool {
	s, d := h.serviceOf(at), h.deployment(at)
	h.advance(s, d)
	for i := range s.tiers {
		if s.tiers[i].members.remove(id) {
			if len(s.tiers[i].members) == 0 {
				s.tiers = slices.Delete(s.tiers, i, i+1)
			}
			break
		}
	}
	h.fleet.Unshare(at, id)
	h.emitBusy(at, s)
	h.ends.end(sim.RequestCancelled, id, at)
	h.plan(at, s, d)
	return true
}

// join joins the two lowest tiers. It moves the members of the smaller tier to the larger one.
func (s *service) join() {
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

// emitBusy emits facts of slots that became busy or free.
func (h *sharing) emitBusy(at fleet.ReplicaID, s *service) {
	for busy := h.fleet.Replica(at).Busy; s.busy < busy; s.busy++ {
		h.emitBatch(sim.BatchStarted, at, 1, 0)
	}
	for busy := h.fleet.Replica(at).Busy; s.busy > busy; s.busy-- {
		h.emitBatch(sim.BatchFinished, at, 1, 0)
	}
}

// serviceOf returns the service of a replica.
func (h *sharing) serviceOf(at fleet.ReplicaID) *service {
	h.services = fleet.AtLeast(h.services, at)
	if h.services[at] == nil {
		h.services[at] = &service{}
	}
	return h.services[at]
}
