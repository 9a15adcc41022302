package admission

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

const ms = time.Millisecond

// small returns a specification of one model on at most the given number of machines. Its objective
// is 10 ms, and 4 ms for class 1. A batch of n ≤ 4 requests takes 1+n ms.
func small(tb testing.TB, machines int) *fleet.Spec {
	tb.Helper()
	latency, err := profile.Linear(ms, ms, 4)
	if err != nil {
		tb.Fatal(err)
	}
	c := simtest.OneModel(latency, 1, machines)
	c.Models[0].Target = 10 * ms
	c.Classes = []fleet.Class{{Name: "relaxed"}, {Name: "tight", Target: 4 * ms}}
	c.Tenants = []string{"a", "b", "c"}
	return c
}

// ready returns a fleet of n ready replicas, with the given number of waiting requests.
func ready(tb testing.TB, n, waiting int) *fleet.Fleet {
	tb.Helper()
	f := simtest.Ready(tb, small(tb, n), n)
	for range waiting {
		f.Admit(&fleet.Request{Work: 1})
	}
	return f
}

// tokenBucket returns a token bucket whose parameters are valid.
func tokenBucket(t interface{ Fatal(...any) }, rate float64, burst int, by Scope) *TokenBucket {
	a, err := NewTokenBucket(rate, burst, by)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// boundedQueue returns a bounded queue whose parameters are valid.
func boundedQueue(t interface{ Fatal(...any) }, limit int, classes ...ClassLimit) *BoundedQueue {
	a, err := NewBoundedQueue(limit, classes...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestTokenBucketsAdmitAtMostBurstAndRate: for any arrivals, a bucket admits at most
// burst + rate·t requests in every span t between two admitted requests. It turns no request away
// that this bound allows.
func TestTokenBucketsAdmitAtMostBurstAndRate(t *testing.T) {
	f := ready(t, 1, 0)
	rapid.Check(t, func(t *rapid.T) {
		rate, burst := rapid.Float64Range(0.1, 2000).Draw(t, "rate"), rapid.IntRange(1, 8).Draw(t, "burst")
		a := tokenBucket(t, rate, burst, ByModel)
		now := kernel.Time(0)
		var admitted []kernel.Time
		for range rapid.IntRange(1, 80).Draw(t, "requests") {
			now = now.Add(time.Duration(rapid.IntRange(0, 20_000).Draw(t, "gap µs")) * time.Microsecond)
			if a.Admit(sim.ViewOf(f, now), &fleet.Request{Arrival: now}) {
				admitted = append(admitted, now)
			} else if allowed(append(admitted, now), rate, burst, -1e-6) {
				t.Fatalf("at %v a request is turned away, although the bucket admits at most %d + %v/s: %v", now, burst, rate, admitted)
			}
		}
		for n := range admitted {
			if !allowed(admitted[:n+1], rate, burst, 1e-6) {
				t.Fatalf("a bucket of %d and %v/s admits %v", burst, rate, admitted)
			}
		}
	})
}

// allowed reports whether every span t that ends with the last instant holds at most
// burst + rate·t of the instants.
func allowed(instants []kernel.Time, rate float64, burst int, slack float64) bool {
	last := instants[len(instants)-1]
	for i, from := range instants {
		if float64(len(instants)-i) > float64(burst)+rate*last.Sub(from).Seconds()+slack {
			return false
		}
	}
	return true
}

func TestBucketsAreSharedByScope(t *testing.T) {
	v := sim.ViewOf(ready(t, 1, 0), 0)
	requests := []fleet.Request{
		{Model: 0, Class: 0, Tenant: 0}, {Model: 1, Class: 0, Tenant: 1}, {Model: 0, Class: 1, Tenant: 2}, {Model: 1, Class: 1, Tenant: 0},
	}
	for by, want := range map[Scope]string{
		ByModel: "[true true false false]", ByClass: "[true false true false]", ByTenant: "[true true true false]", ForAll: "[true false false false]",
	} {
		a := tokenBucket(t, 1, 1, by)
		var got []bool
		for _, r := range requests {
			got = append(got, a.Admit(v, &r))
		}
		if fmt.Sprint(got) != want {
			t.Errorf("by %s: %v, want %s", by, got, want)
		}
	}
}

// once is a router that gives all requests to the first replica.
type once struct{}

func (once) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	if v.Ready(r.Model) == 0 {
		return fleet.NoReplica
	}
	return v.ReadyAt(r.Model, int(r.Ordinal)%v.Ready(r.Model))
}

func (once) String() string { return "once" }

// ones is a batcher that starts one request at a time.
type ones struct{}

func (ones) Batch(*sim.View, fleet.ReplicaID) sim.BatchDecision { return sim.BatchDecision{Count: 1} }
func (ones) String() string                                     { return "ones" }

// labelled is a stream with exponential gaps and works. Its requests have the classes and tenants
// in turn.
type labelled struct {
	simtest.GapStream
}

func (l *labelled) Next(r *fleet.Request) bool {
	ok := l.GapStream.Next(r)
	n := int64(r.Arrival) / 1000
	r.Class, r.Tenant = fleet.ClassID(n%2), fleet.TenantID(n%3)
	return ok
}

// run simulates ten seconds of Poisson arrivals with a rate and a mean work. The admission may be
// nil.
func run(tb testing.TB, a sim.Admission, rate, work float64, replicas int, observers ...sim.Observer) *simtest.InvariantChecker {
	tb.Helper()
	c := small(tb, replicas)
	gaps, works := kernel.NewStream(1, 0, "gaps", 0), kernel.NewStream(1, 0, "works", 0)
	check := simtest.NewInvariantChecker(c)
	err := engine.Run(context.Background(), sim.Setup{
		Spec: c,
		Arrivals: &labelled{simtest.GapStream{
			Gap: func() float64 { return gaps.Exponential() / rate }, Work: func() float64 { return works.Exponential() * work },
		}},
		Levers:    sim.Levers{Admission: a, Router: once{}, Batcher: ones{}, Allocator: simtest.Fixed{Replicas: replicas}},
		Observers: append(observers, check), Duration: 10 * time.Second, Drain: -1,
	})
	if err := errors.Join(err, check.Err()); err != nil {
		tb.Fatal(err)
	}
	return check
}

func TestWhoAlwaysAdmitsChangesNothing(t *testing.T) {
	fingerprint := func(a sim.Admission) uint64 {
		p := simtest.NewFingerprint()
		run(t, a, 300, 1, 1, p)
		return p.Sum()
	}
	none := fingerprint(nil)
	for _, a := range []sim.Admission{
		NewAlways(), NewEarlyDrop(false, nil), tokenBucket(t, 1, 1_000_000, ForAll), tokenBucket(t, 1e9, 1000, ByTenant),
		boundedQueue(t, 1_000_000, ClassLimit{1, "tight", 1_000_000}),
	} {
		if got := fingerprint(a); got != none {
			t.Errorf("%v: fingerprint %x, without an admission %x", a, got, none)
		}
	}
	if fingerprint(boundedQueue(t, 1)) == none {
		t.Error("a queue of one turns no request away")
	}
}

// crowd is an observer that keeps the largest number of requests that waited at a time, per class
// and in all.
type crowd struct {
	waiting, most [3]int
}

func (c *crowd) Observe(f *sim.Fact) {
	if f.Request == nil {
		return
	}
	for _, i := range []int{int(f.Request.Class), 2} {
		switch f.Kind {
		case sim.RequestRouted: // admitted
			c.waiting[i]++
		case sim.RequestStarted:
			c.waiting[i]--
		}
		c.most[i] = max(c.most[i], c.waiting[i])
	}
}

// TestBoundedQueuesAreBounded: under an overload the queue fills up to its limits, but never
// beyond.
func TestBoundedQueuesAreBounded(t *testing.T) {
	for _, c := range []struct {
		admission *BoundedQueue
		want      [3]int // largest number waiting: class 0, class 1, all
	}{
		{boundedQueue(t, 7), [3]int{7, 7, 7}},
		{boundedQueue(t, 7, ClassLimit{1, "tight", 3}), [3]int{7, 3, 7}},
		{boundedQueue(t, 7, ClassLimit{0, "relaxed", 2}, ClassLimit{1, "tight", 3}), [3]int{2, 3, 5}},
		{boundedQueue(t, 7, ClassLimit{1, "tight", 0}), [3]int{7, 0, 7}},
	} {
		var seen crowd
		check := run(t, c.admission, 1500, 1, 2, &seen)
		if seen.most != c.want || check.Rejected == 0 {
			t.Errorf("%v: most waiting %v, want %v; %d rejected", c.admission, seen.most, c.want, check.Rejected)
		}
	}
}

// TestBoundedQueueIsTheFiniteQueueOfTheory: a server has exponential gaps and services, and at most
// K−1 requests wait (M/M/1/K). It turns away the share (1−ρ)ρ^K / (1−ρ^(K+1)) of them all.
func TestBoundedQueueIsTheFiniteQueueOfTheory(t *testing.T) {
	const room = 4
	for _, rho := range []float64{0.5, 0.9, 1.5} {
		check := run(t, boundedQueue(t, room-1), 10_000*rho, 0.05, 1) // L(1) is 2 ms
		got := float64(check.Rejected) / float64(check.Arrived)
		want := (1 - rho) * math.Pow(rho, room) / (1 - math.Pow(rho, room+1))
		if math.Abs(got-want) > 0.03*want+0.001 {
			t.Errorf("load %v: %.4f are turned away, theory says %.4f", rho, got, want)
		}
	}
}

// wasteful is a batcher that sometimes drops the first waiting request. It starts the others one at
// a time.
type wasteful struct{ asked int }

func (w *wasteful) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	w.asked++
	drop := w.asked % 2
	return sim.BatchDecision{Drop: drop, Count: min(1, v.Queued(at)-drop)}
}

func (w *wasteful) String() string { return "wasteful" }

// tightFirst is an order in which the class with the tight objective interrupts the other class.
type tightFirst struct{}

func (tightFirst) Rank(_ *sim.View, r *fleet.Request) int64 { return -int64(r.Class) }
func (tightFirst) Discipline() sim.Discipline               { return sim.PreemptByRank }
func (tightFirst) String() string                           { return "tight-first" }

// TestBoundedQueuesForgetWhoLeft: however requests leave the line or come back to it, the count is
// 0 in the end. At no time does it exceed the limits by more than two: a request that arrives, and
// one that was interrupted.
func TestBoundedQueuesForgetWhoLeft(t *testing.T) {
	for _, c := range []struct {
		name    string
		batcher sim.Batcher
		order   sim.Order
		kind    sim.FactKind // the test must see such a fact
	}{
		{"dropped", &wasteful{}, nil, sim.RequestDropped},
		{"timed out", ones{}, nil, sim.RequestTimedOut},
		{"preempted", ones{}, tightFirst{}, sim.RequestPreempted},
	} {
		a, seen := boundedQueue(t, 20, ClassLimit{0, "relaxed", 10}, ClassLimit{1, "tight", 5}), 0
		spec := small(t, 1)
		spec.Models[0].Timeout = 10 * ms
		draw := kernel.NewStream(1, 0, "gaps", 0)
		err := engine.Run(context.Background(), sim.Setup{
			Spec: spec,
			Arrivals: &labelled{simtest.GapStream{
				Gap: func() float64 { return draw.Exponential() / 600 }, Work: func() float64 { return 1 },
			}},
			Levers: sim.Levers{Admission: a, Order: c.order, Router: once{}, Batcher: c.batcher, Allocator: simtest.Fixed{Replicas: 1}},
			Observers: []sim.Observer{observer(func(f *sim.Fact) {
				if f.Kind == c.kind {
					seen++
				}
				if n := a.waiting; len(n) == 2 && (n[0] < 0 || n[1] < 0 || n[0] > 12 || n[1] > 6) {
					t.Fatalf("%s: counts %v", c.name, n)
				}
			})},
			Duration: time.Second, Drain: -1,
		})
		if err != nil {
			t.Fatal(err)
		}
		if seen == 0 || a.waiting[0] != 0 || a.waiting[1] != 0 {
			t.Errorf("%s, %d times: %v are counted in the end", c.name, seen, a.waiting)
		}
	}
}

type observer func(*sim.Fact)

func (o observer) Observe(f *sim.Fact) { o(f) }

func TestAdmissionsNameWhatTheyRefuse(t *testing.T) {
	refused := func(_ any, err error) error { return err }
	for want, err := range map[string]error{
		"rate: NaN/s is outside (0, 1e12]\nburst: 0 is outside [1, 1000000000]\nby: \"x\" is none of model, class, tenant, all": refused(NewTokenBucket(math.NaN(), 0, "x")),
		"limit: 0 is below 1\nclasses.gold: -1 is negative":                                                                     refused(NewBoundedQueue(0, ClassLimit{0, "gold", -1})),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestLabelsShowWhatDiffersFromTheDefaults(t *testing.T) {
	for want, a := range map[string]fmt.Stringer{
		"always":       NewAlways(),
		"token-bucket": tokenBucket(t, DefaultRate, DefaultBurst, ByModel),
		"token-bucket(rate 0.5/s, burst 5, by all)": tokenBucket(t, 0.5, 5, ForAll),
		"early-drop":                     NewEarlyDrop(true, nil),
		"early-drop(alone)":              NewEarlyDrop(false, nil),
		"bounded-queue":                  boundedQueue(t, DefaultLimit),
		"bounded-queue(limit 9, gold 5)": boundedQueue(t, 9, ClassLimit{3, "gold", 5}),
	} {
		if a.String() != want {
			t.Errorf("label %q, want %q", a, want)
		}
	}
}

func BenchmarkAdmit(b *testing.B) {
	v := sim.ViewOf(ready(b, 1000, 50), 0)
	r := &fleet.Request{}
	breaker, err := NewCircuitBreaker(DefaultMaxRequests, DefaultMaxPending, DefaultMaxRetries)
	if err != nil {
		b.Fatal(err)
	}
	for _, a := range []sim.Admission{NewAlways(), tokenBucket(b, 1, 1, ByTenant), NewEarlyDrop(true, nil), boundedQueue(b, 9, ClassLimit{1, "tight", 5}), breaker} {
		b.Run(a.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				a.Admit(v, r)
			}
		})
	}
}
