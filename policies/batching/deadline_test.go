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

// Objectives of the stages below: of the model, which is class 0's as well, and of class 1.
const (
	relaxed = 10 * time.Millisecond
	tight   = 4 * time.Millisecond
)

// asked is a request that waits: when it arrived, in ms, and whether its objective is tight.
type asked struct {
	at    int
	tight bool
}

// line returns a fleet of one ready replica with these requests in line. A batch of n takes 1+n ms,
// n is at most 4.
func line(tb testing.TB, requests ...asked) *fleet.Fleet {
	tb.Helper()
	f := stage(tb, 1)
	c := f.Spec()
	c.Models[0].Target = relaxed
	c.Classes = []fleet.Class{{Name: "relaxed"}, {Name: "tight", Target: tight}}
	for _, r := range requests {
		request := fleet.Request{Arrival: kernel.Time(r.at) * ms, Work: 1}
		if r.tight {
			request.Class = 1
		}
		id, _ := f.Admit(&request)
		f.Give(id, 0)
	}
	return f
}

func TestDeadlinesDecideAsTheirRuleSays(t *testing.T) {
	nexus := func(batch int) sim.Batcher {
		b, err := NewNexus(batch)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	at := func(arrivals ...int) (list []asked) {
		for _, ms := range arrivals {
			list = append(list, asked{at: ms})
		}
		return list
	}
	type decision = sim.BatchDecision
	both := []asked{{0, false}, {0, true}}
	for _, c := range []struct {
		name    string
		batcher sim.Batcher
		line    []asked
		now     int // ms
		want    decision
	}{
		{"clockwork starts what is there", NewClockwork(), at(0), 0, decision{Count: 1}},
		{"clockwork shrinks the batch for its head", NewClockwork(), at(0, 1, 2), 7, decision{Count: 2}},
		{"clockwork drops the hopeless", NewClockwork(), at(0, 5, 5, 5, 5, 5), 9, decision{Drop: 1, Count: 4}},
		{"clockwork drops all", NewClockwork(), at(0, 0), 9, decision{Drop: 2}},
		{"clockwork takes a tight one along", NewClockwork(), both, 1, decision{Count: 2}},
		{"clockwork ends before a tight one", NewClockwork(), both, 2, decision{Count: 1}},
		{"nexus starts what is there", nexus(0), at(0), 0, decision{Count: 1}},
		{"nexus drops for the sake of the window", nexus(0), at(0, 1, 2), 7, decision{Drop: 1, Count: 2}},
		{"nexus drops less for a small window", nexus(2), at(0, 1, 2), 7, decision{Count: 2}},
		{"nexus starts a whole window", nexus(0), at(0, 5, 5, 5, 5, 5), 9, decision{Drop: 1, Count: 4}},
		{"nexus never exceeds the deployment", nexus(64), at(0, 0, 0, 0, 0), 0, decision{Count: 4}},
		{"nexus drops all", nexus(0), at(0, 0), 9, decision{Drop: 2}},
		{"nexus ends before a tight one", nexus(0), both, 2, decision{Count: 1}},
		{"proteus waits for a second", NewProteus(), at(0), 0, decision{Until: 7 * ms}},
		{"proteus waits less for a fourth", NewProteus(), at(0, 1, 2), 2, decision{Until: 5 * ms}},
		{"proteus starts when time is up", NewProteus(), at(0), 7, decision{Count: 1}},
		{"proteus starts a full batch", NewProteus(), at(0, 1, 2, 2, 2), 2, decision{Count: 4}},
		{"proteus starts what its head allows", NewProteus(), at(0, 1, 2), 7, decision{Count: 2}},
		{"proteus drops the hopeless and waits", NewProteus(), at(0, 5), 9, decision{Drop: 1, Until: 12 * ms}},
		{"proteus drops all", NewProteus(), at(0, 0), 9, decision{Drop: 2}},
		{"proteus does not wait for a tight one", NewProteus(), both, 2, decision{Count: 1}},
	} {
		v := sim.ViewOf(line(t, c.line...), kernel.Time(c.now)*ms)
		if got := c.batcher.Batch(v, 0); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestDropsAreHopelessAndBatchesTheLargestInTime holds the batchers with deadlines to their rules
// by trying everything.
func TestDropsAreHopelessAndBatchesTheLargestInTime(t *testing.T) {
	tb := t
	rapid.Check(t, func(t *rapid.T) {
		var requests []asked
		last := 0
		for range rapid.IntRange(1, 9).Draw(t, "queued") {
			last += rapid.IntRange(0, 3).Draw(t, "gap")
			requests = append(requests, asked{last, rapid.Bool().Draw(t, "tight")})
		}
		v := sim.ViewOf(line(tb, requests...), kernel.Time(last+rapid.IntRange(0, 9).Draw(t, "later"))*ms)
		latency, due := v.Deployment(0).Latency, []kernel.Time{}
		for r := range v.InLine(0) {
			due = append(due, r.Arrival.Add(v.Spec().Objective(r)))
		}
		late := func(i, batch int) bool { return v.Now().Add(latency.Latency(batch)) > due[i] }
		window := rapid.IntRange(1, 4).Draw(t, "window")
		nexus, err := NewNexus(window)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			batcher sim.Batcher
			most    int
			drops   func(i int) bool
		}{
			{NewClockwork(), 4, func(i int) bool { return late(i, 1) }},
			{NewProteus(), 4, func(i int) bool { return late(i, 1) }},
			{nexus, window, func(i int) bool { return late(i, min(window, len(due)-i)) }},
		} {
			got := c.batcher.Batch(v, 0)
			drop := 0
			for drop < len(due) && c.drops(drop) {
				drop++
			}
			largest := 0
			for n := 1; n <= min(c.most, len(due)-drop); n++ {
				if allInTime(drop, n, late) {
					largest = n
				}
			}
			left, until := due[drop:], kernel.Time(0)
			if _, waits := c.batcher.(Proteus); waits && len(left) > 0 && len(left) < 4 {
				until = slices.Min(left).Add(-latency.Latency(len(left) + 1))
			}
			want := sim.BatchDecision{Drop: drop, Count: largest}
			if until > v.Now() {
				want = sim.BatchDecision{Drop: drop, Until: until}
			}
			if got != want {
				t.Fatalf("%s decides %+v, its rule says %+v", c.batcher, got, want)
			}
		}
	})
}

func allInTime(from, n int, late func(i, batch int) bool) bool {
	for i := from; i < from+n; i++ {
		if late(i, n) {
			return false
		}
	}
	return true
}

// lateness is an observer that counts requests that finished late, and those that were started or
// dropped.
type lateness struct {
	spec                   *fleet.Spec
	late, started, dropped int
	wasted                 int // dropped although there was time to serve them alone
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
		alone := f.At.Sub(f.Request.Arrival) + l.spec.Deployments[0].Latency.Latency(1)
		if alone <= l.spec.Objective(f.Request) {
			l.wasted++
		}
	}
}

// pick gives each request to the replica with the fewest unfinished ones.
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

// burst is a stream of requests with drawn gaps and classes, of work 1.
type burst struct {
	gaps    []time.Duration
	classes []fleet.ClassID
	at      kernel.Time
	next    int
}

func (b *burst) Next(r *fleet.Request) bool {
	if b.next == len(b.gaps) {
		return false
	}
	b.at = b.at.Add(b.gaps[b.next])
	*r = fleet.Request{Arrival: b.at, Work: 1, Class: b.classes[b.next]}
	b.next++
	return true
}

func (b *burst) Err() error { return nil }

// earliestFirst puts the request with the earliest deadline first.
type earliestFirst struct{}

func (earliestFirst) Rank(v *sim.View, r *fleet.Request) int64 { return int64(deadline(v, r)) }
func (earliestFirst) Discipline() sim.Discipline               { return sim.Line }
func (earliestFirst) String() string                           { return "earliest-first" }

// TestWhatIsStartedMeetsItsObjective: with deterministic service nobody who starts is late,
// whatever arrives, on any number of replicas and slots, first come first served or in the order of
// deadlines.
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
		gaps, classes := make([]time.Duration, n), make([]fleet.ClassID, n)
		for i := range gaps {
			gaps[i] = micro(0, gap, "gap")
			classes[i] = fleet.ClassID(rapid.IntRange(0, 1).Draw(t, "class"))
		}
		replicas := rapid.IntRange(1, 3).Draw(t, "replicas")
		nexus, err := NewNexus(rapid.IntRange(0, 12).Draw(t, "window"))
		if err != nil {
			t.Fatal(err)
		}
		order := rapid.SampledFrom([]sim.Order{nil, earliestFirst{}}).Draw(t, "order")
		for _, b := range []sim.Batcher{nexus, NewClockwork(), NewProteus()} {
			check, seen := simtest.NewInvariantChecker(c), &lateness{spec: c}
			err := engine.Run(context.Background(), sim.Setup{
				Spec: c, Arrivals: &burst{gaps: gaps, classes: classes}, Levers: sim.Levers{Order: order, Router: pick{}, Batcher: b, Allocator: simtest.Fixed{Replicas: replicas}},
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
			if seen.wasted > 0 && b != sim.Batcher(nexus) {
				t.Fatalf("%s dropped %d that could still be served alone", b, seen.wasted)
			}
		}
	})
}

// TestEarlyDropKeepsBatchesLarge shows what early drop is for: under a load above what small
// batches can carry, Nexus serves more requests in time than Clockwork, whose batches shrink for
// heads about to be late, and both serve more than a batcher that knows no deadlines.
func TestEarlyDropKeepsBatchesLarge(t *testing.T) {
	latency, err := profile.Linear(8*time.Millisecond, time.Millisecond, 16)
	if err != nil {
		t.Fatal(err)
	}
	served := func(b sim.Batcher) int {
		c := simtest.OneModel(latency, 1, 1)
		c.Models[0].Target = 50 * time.Millisecond
		seen := &lateness{spec: c}
		draw := kernel.NewStream(1, 0, "test", 0)
		a := &simtest.GapStream{Gap: func() float64 { return draw.Exponential() / 900 }, Work: func() float64 { return 1 }}
		err := engine.Run(context.Background(), sim.Setup{
			Spec: c, Arrivals: a, Levers: sim.Levers{Router: pick{}, Batcher: b, Allocator: simtest.Fixed{Replicas: 1}},
			Observers: []sim.Observer{seen}, Duration: 20 * time.Second, Drain: -1,
		})
		if err != nil {
			t.Fatal(err)
		}
		return seen.started - seen.late
	}
	nexus, err := NewNexus(0)
	if err != nil {
		t.Fatal(err)
	}
	n, c, g := served(nexus), served(NewClockwork()), served(NewGreedy())
	if !(n > c && c > 2*g) {
		t.Errorf("served in time: nexus %d, clockwork %d, greedy %d", n, c, g)
	}
}
