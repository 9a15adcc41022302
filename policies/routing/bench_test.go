package routing

import (
	"fmt"
	"math"
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// service is a request in service.
type service struct {
	at    fleet.ReplicaID
	first fleet.RequestID
}

// mill drives a fleet step by step, without an engine. Each step routes one request, which starts
// at once if its replica has a free slot. When more requests are in service than wanted, the step
// ends those that began first. The router observes all facts from which routers learn.
type mill struct {
	f       *fleet.Fleet
	v       *sim.View
	p       sim.Router
	learner sim.Observer
	line    []service // ring buffer of the requests in service, oldest at head
	head    int
	count   int
	step    int64
	request fleet.Request
	fact    sim.Fact
}

// newMill returns a mill with n replicas, 80 % of them busy.
func newMill(tb testing.TB, p sim.Router, n int) *mill {
	f, v := stage(tb, n, 1)
	m := &mill{f: f, v: v, p: p, line: make([]service, n+1)}
	m.learner, _ = p.(sim.Observer)
	for range 20 * n {
		m.turn(n * 8 / 10)
	}
	return m
}

// turn routes one request. Then it ends the oldest services until at most busy are left.
func (m *mill) turn(busy int) {
	m.step++
	m.request = fleet.Request{Arrival: kernel.Time(m.step) * 1000, Work: 1, Session: sessionOf(m.step), Ordinal: m.step}
	id, _ := m.f.Admit(&m.request)
	to := m.p.Route(m.v, m.f.Request(id))
	if to == fleet.NoReplica {
		m.f.Abandon(id)
		m.f.Forget(id)
	} else {
		m.f.Give(id, to)
		m.start(to)
	}
	for m.count > busy {
		m.finish()
	}
}

func (m *mill) start(at fleet.ReplicaID) {
	r := m.f.Replica(at)
	if r.Busy > 0 || r.Queued() == 0 {
		return
	}
	first, _ := m.f.Start(at, 1)
	m.f.Occupy(at, 0)
	m.line[(m.head+m.count)%len(m.line)] = service{at, first}
	m.count++
}

func (m *mill) finish() {
	s := m.line[m.head]
	m.head = (m.head + 1) % len(m.line)
	m.count--
	m.f.Finish(s.at, 1, 0)
	if m.learner != nil {
		now := kernel.Time(m.step) * 1000
		m.fact = sim.Fact{Kind: sim.RequestFinished, At: now, Replica: s.at, Span: now.Sub(m.f.Request(s.first).Arrival)}
		m.learner.Observe(&m.fact)
	}
	m.f.Forget(s.first)
	m.start(s.at)
}

// sessionOf draws one of 50,000 sessions. The number does not depend on the size of the fleet.
func sessionOf(step int64) int64 { return int64(kernel.Mix(uint64(step))%50_000) + 1 }

// echo is a router that repeats the choices of another router, at no cost.
type echo struct {
	choices []fleet.ReplicaID
	next    int
}

func (e *echo) Route(*sim.View, *fleet.Request) fleet.ReplicaID {
	e.next++
	return e.choices[e.next-1]
}

func (*echo) String() string { return "echo" }

// scribe is a router that records the choices of another router.
type scribe struct {
	sim.Router
	choices []fleet.ReplicaID
}

func (s *scribe) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	at := s.Router.Route(v, r)
	s.choices = append(s.choices, at)
	return at
}

// Observe passes facts on to the other router.
func (s *scribe) Observe(fact *sim.Fact) {
	if learner, ok := s.Router.(sim.Observer); ok {
		learner.Observe(fact)
	}
}

// BenchmarkCost times one request from its routing to its end, without the engine: admit, route,
// give, start, finish, forget, and the updates of the replicas' order. The metric routing-ns is the
// part that routing costs: the time saved if the same choices cost nothing and the fleet keeps no
// order. This part must not grow with the fleet. The rest grows when the fleet no longer fits into
// the processor's caches.
//
// Both times are the least of several rounds.
//
//	go test -run xxx -bench Cost -benchtime 50x ./policies/routing
func BenchmarkCost(b *testing.B) {
	const steps = 10_000
	for _, make := range everyRouter(b) {
		for _, n := range []int{10, 100, 1000, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", make(), n), func(b *testing.B) {
				run := func(m *mill) time.Duration {
					start := time.Now()
					for range steps {
						m.turn(n * 8 / 10)
					}
					return time.Since(start)
				}
				s := &scribe{Router: make()}
				m := newMill(b, s, n)
				for range b.N {
					run(m)
				}
				routed, echoed := newMill(b, make(), n), newMill(b, &echo{choices: s.choices}, n)
				all, plain := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
				for range b.N {
					all, plain = min(all, run(routed)), min(plain, run(echoed))
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(float64(all)/steps, "request-ns")
				b.ReportMetric(float64(all-plain)/steps, "routing-ns")
			})
		}
	}
}

// BenchmarkDecision times decisions alone, on a fleet where 80 % of the replicas are busy.
//
//	go test -run xxx -bench Decision ./policies/routing
func BenchmarkDecision(b *testing.B) {
	for _, make := range everyRouter(b) {
		for _, n := range []int{10, 100, 1000, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", make(), n), func(b *testing.B) {
				m := newMill(b, make(), n)
				r := &fleet.Request{}
				for b.Loop() {
					m.step++
					r.Ordinal, r.Session = m.step, sessionOf(m.step)
					m.p.Route(m.v, r)
				}
			})
		}
	}
}
