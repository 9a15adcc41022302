package routing

import (
	"fmt"
	"testing"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// service is a request in service.
type service struct {
	at    fleet.ReplicaID
	first fleet.RequestID
}

// mill drives a fleet without a clock of its own: every step routes one request, which starts at once if its
// replica has a free slot, and once as many as wanted are in service each step ends the one that has been in
// service longest. Every fact that routers learn from is told.
type mill struct {
	f       *fleet.Fleet
	v       *sim.View
	p       sim.Router
	learner sim.Observer
	line    []service // a circle
	head    int
	count   int
	step    int64
	request fleet.Request
	fact    sim.Fact
}

// newMill returns a mill with n replicas, 80 % of which are busy after the first n steps.
func newMill(tb testing.TB, p sim.Router, n int) *mill {
	f, v := stage(tb, n, 1)
	m := &mill{f: f, v: v, p: p, line: make([]service, n+1)}
	m.learner, _ = p.(sim.Observer)
	for range 2 * n {
		m.turn(n * 8 / 10)
	}
	return m
}

// turn routes one request and ends the oldest services beyond busy.
func (m *mill) turn(busy int) {
	m.step++
	m.request = fleet.Request{Arrival: kernel.Time(m.step) * 1000, Work: 1, Session: m.step%1_000 + 1, Ordinal: m.step}
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
	m.f.Vacate(s.at, 0)
	m.f.Finish(s.at, 1)
	if m.learner != nil {
		now := kernel.Time(m.step) * 1000
		m.fact = sim.Fact{Kind: sim.RequestFinished, At: now, Replica: s.at, Span: now.Sub(m.f.Request(s.first).Arrival)}
		m.learner.Observe(&m.fact)
	}
	m.f.Forget(s.first)
	m.start(s.at)
}

// BenchmarkCost is what one request costs from its decision to its end, without the engine around it: admit,
// route, give, start, finish, forget, and all that follows for the order of the replicas. The cost must not
// grow with the fleet.
//
//	go test -run xxx -bench Cost ./policies/routing
func BenchmarkCost(b *testing.B) {
	for _, make := range everyRouter(b) {
		for _, n := range []int{10, 100, 1000, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", make(), n), func(b *testing.B) {
				m := newMill(b, make(), n)
				b.ReportAllocs()
				for b.Loop() {
					m.turn(n * 8 / 10)
				}
			})
		}
	}
}
