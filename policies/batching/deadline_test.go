package batching

import (
	"context"
	"slices"
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

// In the tests below, the model and class 0 have the objective relaxed, and class 1 has the
// objective tight.
const (
	relaxed = 10 * time.Millisecond
	tight   = 4 * time.Millisecond
)

// asked describes a waiting request: its arrival in ms, whether its objective is tight, and the
// number of its items, where 0 means 1.
type asked struct {
	at    int
	tight bool
	items float32
}

// line returns a fleet of one ready replica where the given requests wait. A batch of n ≤ 4 items
// takes 1+n ms.
func line(tb testing.TB, requests ...asked) *fleet.Fleet {
	tb.Helper()
	varied := slices.ContainsFunc(requests, func(r asked) bool { return r.items != 0 })
	f := stage(tb, 1, varied)
	c := f.Spec()
	c.Models[0].Target = relaxed
	c.Classes = []fleet.Class{{Name: "relaxed"}, {Name: "tight", Target: tight}}
	for _, r := range requests {
		give(f, r)
	}
	return f
}

// give lets a request wait at replica 0.
func give(f *fleet.Fleet, r asked) {
	request := fleet.Request{Arrival: kernel.Time(r.at) * ms, Work: 1, Items: r.items}
	if r.tight {
		request.Class = 1
	}
	id, _ := f.Admit(&request)
	f.Give(id, 0)
}

// arrived returns requests that arrived at the given instants, in ms.
func arrived(at ...int) (list []asked) {
	for _, ms := range at {
		list = append(list, asked{at: ms})
	}
	return list
}

// carrying returns one request for each given number of items. All requests arrived at 0.
func carrying(items ...float32) (list []asked) {
	for _, n := range items {
		list = append(list, asked{items: n})
	}
	return list
}

func TestDeadlinesDecideAsTheirRuleSays(t *testing.T) {
	nexus := func(batch int) sim.Batcher {
		b, err := NewNexus(batch)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	type decision = sim.BatchDecision
	both := []asked{{at: 0}, {at: 0, tight: true}}
	all, powers := clock(t, EverySize), clock(t, PowersOfTwo)
	for _, c := range []struct {
		name    string
		batcher sim.Batcher
		line    []asked
		now     int // ms
		want    decision
	}{
		{"clockwork starts what is there", all, arrived(0), 0, decision{Count: 1}},
		{"clockwork keeps its head while no larger batch is to be had", all, arrived(0, 1, 2), 7, decision{Count: 2}},
		{"clockwork passes a head for a batch as large", all, arrived(0, 1, 2), 8, decision{Drop: 1, Count: 2}},
		{"clockwork passes many for a full batch", all, arrived(0, 0, 0, 1, 5, 5, 5, 5), 7, decision{Drop: 4, Count: 4}},
		{"clockwork does not pass for a batch that nobody fills", all, arrived(0, 0, 0, 5, 5, 5), 7, decision{Drop: 3, Count: 3}},
		{"clockwork drops the hopeless", all, arrived(0, 5, 5, 5, 5, 5), 9, decision{Drop: 1, Count: 4}},
		{"clockwork drops all", all, arrived(0, 0), 9, decision{Drop: 2}},
		{"clockwork takes a tight one along", all, both, 1, decision{Count: 2}},
		{"clockwork ends before a tight one", all, both, 2, decision{Count: 1}},
		{"clockwork starts three of three", all, arrived(0, 0, 0), 0, decision{Count: 3}},
		{"clockwork with powers starts two of three", powers, arrived(0, 0, 0), 0, decision{Count: 2}},
		{"clockwork with powers starts four of five", powers, arrived(0, 0, 0, 0, 0), 0, decision{Count: 4}},
		{"nexus starts what is there", nexus(0), arrived(0), 0, decision{Count: 1}},
		{"nexus drops for the sake of the window", nexus(0), arrived(0, 1, 2), 7, decision{Drop: 1, Count: 2}},
		{"nexus drops less for a small window", nexus(2), arrived(0, 1, 2), 7, decision{Count: 2}},
		{"nexus starts a whole window", nexus(0), arrived(0, 5, 5, 5, 5, 5), 9, decision{Drop: 1, Count: 4}},
		{"nexus never exceeds the deployment", nexus(64), arrived(0, 0, 0, 0, 0), 0, decision{Count: 4}},
		{"nexus drops all", nexus(0), arrived(0, 0), 9, decision{Drop: 2}},
		{"nexus ends before a tight one", nexus(0), both, 2, decision{Count: 1}},
		{"proteus waits for a second", NewProteus(), arrived(0), 0, decision{Until: 8 * ms}},
		{"proteus waits less for a fourth", NewProteus(), arrived(0, 1, 2), 2, decision{Until: 6 * ms}},
		{"proteus waits with a full batch", NewProteus(), arrived(0, 1, 2, 2), 2, decision{Until: 5 * ms}},
		{"proteus starts when time is up", NewProteus(), arrived(0), 8, decision{Count: 1}},
		{"proteus starts more than a full batch", NewProteus(), arrived(0, 1, 2, 2, 2), 2, decision{Count: 4}},
		{"proteus drops for the sake of the batch and does not wait", NewProteus(), arrived(0, 1, 2), 7, decision{Drop: 1, Count: 2}},
		{"proteus drops all", NewProteus(), arrived(0, 0), 9, decision{Drop: 2}},
		{"proteus does not wait for a tight one", NewProteus(), both, 2, decision{Count: 1}},
	} {
		v := sim.ViewOf(line(t, c.line...), kernel.Time(c.now)*ms)
		if got := c.batcher.Batch(v, 0); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// lateness is an observer that counts the requests that finished late, were started, or were
// dropped.
type lateness struct {
	spec                   *fleet.Spec
	late, started, dropped int
}

func (l *lateness) Observe(f *sim.Fact) {
	switch f.Kind {
	case sim.RequestStarted:
		l.started++
	case sim.RequestFinished:
		if f.Span > l.spec.Objective(f.Request) {
			l.late++
		}
	case sim.RequestDropped:
		l.dropped++
	}
}

// pick is a router that chooses the replica with the fewest unfinished requests.
type pick struct{}

func (pick) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	best := fleet.NoReplica
	for i := range v.Ready(r.Model) {
		if at := v.ReadyAt(r.Model, i); best == fleet.NoReplica || v.Outstanding(at) < v.Outstanding(best) {
			best = at
		}
	}
	return best
}

func (pick) String() string { return "pick" }

// burst is a stream of requests with drawn gaps, classes and items. Their work is 1.
type burst struct {
	gaps    []time.Duration
	classes []fleet.ClassID
	items   []float32
	at      kernel.Time
	next    int
}

func (b *burst) Next(r *fleet.Request) bool {
	if b.next == len(b.gaps) {
		return false
	}
	b.at = b.at.Add(b.gaps[b.next])
	*r = fleet.Request{Arrival: b.at, Work: 1, Class: b.classes[b.next], Items: b.items[b.next]}
	b.next++
	return true
}

func (b *burst) Err() error { return nil }

// earliestFirst is an order that serves the request with the earliest deadline first.
type earliestFirst struct{}

func (earliestFirst) Rank(v *sim.View, r *fleet.Request) int64 { return int64(deadline(v, r)) }
func (earliestFirst) Discipline() sim.Discipline               { return sim.Line }
func (earliestFirst) String() string                           { return "earliest-first" }

// TestWhatIsStartedMeetsItsObjective: if service times are deterministic, no request that is
// started ends late. This holds for all arrivals, for one item or many, for any number of replicas
// and slots, and both in the order of arrivals and in the order of deadlines.
func TestWhatIsStartedMeetsItsObjective(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		micro := func(from, to int, label string) time.Duration {
			return time.Duration(rapid.IntRange(from, to).Draw(t, label)) * time.Microsecond
		}
		latency, err := profile.Linear(micro(0, 5000, "fixed"), micro(1, 2000, "each"), rapid.IntRange(1, 12).Draw(t, "largest"))
		if err != nil {
			t.Fatal(err)
		}
		c := simtest.OneModel(latency, rapid.IntRange(1, 3).Draw(t, "slots"), 3)
		c.Models[0].Target = micro(1, 40_000, "objective")
		c.Classes = []fleet.Class{{}, {Target: micro(1, 40_000, "objective of a class")}}
		n := rapid.IntRange(1, 150).Draw(t, "requests")
		gap := rapid.IntRange(0, 5000).Draw(t, "longest gap")
		gaps, classes, items := make([]time.Duration, n), make([]fleet.ClassID, n), make([]float32, n)
		c.Models[0].Varied = rapid.Bool().Draw(t, "varied")
		for i := range gaps {
			if c.Models[0].Varied {
				items[i] = float32(rapid.IntRange(1, 4*latency.Max()).Draw(t, "quarters of items")) / 4
			}
			gaps[i] = micro(0, gap, "gap")
			classes[i] = fleet.ClassID(rapid.IntRange(0, 1).Draw(t, "class"))
		}
		replicas := rapid.IntRange(1, 3).Draw(t, "replicas")
		nexus, err := NewNexus(rapid.IntRange(0, 12).Draw(t, "window"))
		if err != nil {
			t.Fatal(err)
		}
		order := rapid.SampledFrom([]sim.Order{nil, earliestFirst{}}).Draw(t, "order")
		for _, b := range append(dropping(t), nexus) {
			check, seen := simtest.NewInvariantChecker(c), &lateness{spec: c}
			err := engine.Run(context.Background(), sim.Setup{
				Spec: c, Arrivals: &burst{gaps: gaps, classes: classes, items: items}, Levers: sim.Levers{Order: order, Router: pick{}, Batcher: b, Allocator: simtest.Fixed{Replicas: replicas}},
				Observers: []sim.Observer{check, seen}, Duration: time.Minute, Drain: -1,
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := check.Err(); err != nil {
				t.Fatal(err)
			}
			if seen.late > 0 || seen.started+seen.dropped != n {
				t.Fatalf("%s: %d of %d are late, %d were dropped", b, seen.late, seen.started, seen.dropped)
			}
		}
	})
}
