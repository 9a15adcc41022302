package batching

import (
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/kernel"
)

// TestItemsLimitAndTimeBatches: every batcher counts the four places in items and not in requests.
// A batch takes the time of its items. A request that needs more places is served alone.
func TestItemsLimitAndTimeBatches(t *testing.T) {
	made := func(b sim.Batcher, err error) sim.Batcher {
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	timeout := func(most int) sim.Batcher { b, err := NewTimeout(most, 5*time.Millisecond); return made(b, err) }
	triton := func(preferred ...int) sim.Batcher {
		b, err := NewTriton(preferred, 5*time.Millisecond)
		return made(b, err)
	}
	nexus := func(window int) sim.Batcher { b, err := NewNexus(window); return made(b, err) }
	all, powers := clock(t, EverySize), clock(t, PowersOfTwo)
	wait := func(until int) sim.BatchDecision { return sim.BatchDecision{Until: kernel.Time(until) * ms} }
	start := func(n int) sim.BatchDecision { return sim.BatchDecision{Count: n} }
	pass := func(drop, n int) sim.BatchDecision { return sim.BatchDecision{Drop: drop, Count: n} }
	for _, c := range []struct {
		name    string
		batcher sim.Batcher
		line    []asked
		now     int // ms
		want    sim.BatchDecision
	}{
		{"greedy fills places", NewGreedy(), carrying(2, 2, 2), 0, start(2)},
		{"greedy stops before what does not fit", NewGreedy(), carrying(3, 2, 1), 0, start(1)},
		{"greedy counts begun places", NewGreedy(), carrying(0.5, 1.5, 0.5, 0.5), 0, start(3)},
		{"greedy serves a large one alone", NewGreedy(), carrying(9, 1), 0, start(1)},
		{"timeout waits for items", timeout(0), carrying(2, 1), 1, wait(5)},
		{"timeout starts full places", timeout(0), carrying(2, 2), 1, start(2)},
		{"timeout starts what the next does not fit into", timeout(0), carrying(2, 1, 2), 1, start(2)},
		{"timeout has full places of its own", timeout(3), carrying(2, 1, 2), 1, start(2)},
		{"timeout starts a large one at once", timeout(0), carrying(9), 0, start(1)},
		{"triton waits for items", triton(4), carrying(2, 1), 1, wait(5)},
		{"triton prefers so many items", triton(4), carrying(3, 1, 1), 1, start(2)},
		{"triton takes the largest preferred that items make up", triton(2, 4), carrying(2, 1), 1, start(1)},
		{"triton starts a large one alone", triton(4), carrying(9, 1), 0, start(1)},
		{"nexus has a window of items", nexus(0), carrying(2, 2, 2), 0, start(2)},
		{"nexus takes the time of items", nexus(0), carrying(3, 3), 6, start(1)},
		{"nexus drops for the sake of items", nexus(0), []asked{{at: 0, items: 1}, {at: 3, items: 3}}, 7, pass(1, 1)},
		{"nexus drops a large one that is late alone", nexus(0), []asked{{at: 0, items: 12}, {at: 0, items: 1}}, 0, pass(1, 1)},
		{"nexus serves a large one alone", nexus(0), carrying(8, 1), 0, start(1)},
		{"clockwork fills sizes with items", all, carrying(2, 2, 2), 0, start(2)},
		{"clockwork with powers has sizes of items", powers, carrying(1, 1, 1.5), 0, start(3)},
		{"clockwork with powers leaves what does not fill", powers, carrying(1, 1, 1), 0, start(2)},
		{"clockwork passes a head for more items", all, []asked{{at: 0, items: 1}, {at: 3, items: 3}, {at: 3, items: 1}}, 7, pass(1, 2)},
		{"clockwork drops a large one that is late alone", all, []asked{{at: 0, items: 12}, {at: 0, items: 1}}, 0, pass(1, 1)},
		{"clockwork serves a large one alone", all, carrying(8, 1), 0, start(1)},
		{"proteus waits as items allow", NewProteus(), carrying(2, 1), 0, wait(6)},
		{"proteus waits with full places", NewProteus(), carrying(2, 2), 0, wait(5)},
		{"proteus starts when more wait than fit", NewProteus(), carrying(2, 2, 1), 0, start(2)},
		{"proteus drops for the sake of items", NewProteus(), []asked{{at: 0, items: 1}, {at: 5, items: 3}}, 7, pass(1, 1)},
		{"proteus starts a large one at its last instant", NewProteus(), carrying(8), 0, start(1)},
	} {
		v := sim.ViewOf(line(t, c.line...), kernel.Time(c.now)*ms)
		if got := c.batcher.Batch(v, 0); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestAIMDCountsItems: the limit is in items, and a batch is full if the next request does not fit.
func TestAIMDCountsItems(t *testing.T) {
	b, err := NewAIMD(DefaultStep, DefaultBackoff)
	if err != nil {
		t.Fatal(err)
	}
	f := line(t, carrying(1.5, 1.5, 1.5, 0.5)...)
	f.Spec().Deployments[0].MaxBatch = 20
	v := sim.ViewOf(f, 0)
	for limit, want := range []int{1, 1, 1, 2, 2, 3} { // places of the requests: 2, 2, 2, 1
		if got := b.Batch(v, 0).Count; got != want {
			t.Fatalf("with a limit of %d it starts %d, want %d", limit+1, got, want)
		}
		finish(b, want, relaxed)
	}
	// All waiting requests have seven places together. A batch of them does not fill eight.
	for range 3 {
		finish(b, b.Batch(v, 0).Count, relaxed)
	}
	for range 10 {
		give(f, asked{items: 1})
	}
	if got := b.Batch(v, 0).Count; got != 5 {
		t.Errorf("after batches of seven it starts %d, want 5 with eight places", got)
	}
}

// TestProteusStartsWithoutNewcomersThatAreTooMany: if newcomers would make the first request late,
// the requests before them start alone.
func TestProteusStartsWithoutNewcomersThatAreTooMany(t *testing.T) {
	f := line(t, arrived(0)...)
	b := NewProteus()
	at := func(now int) sim.BatchDecision { return b.Batch(sim.ViewOf(f, kernel.Time(now)*ms), 0) }
	if got, want := at(0), (sim.BatchDecision{Until: 8 * ms}); got != want {
		t.Fatalf("with one: %+v, want %+v", got, want)
	}
	give(f, asked{at: 6})
	if got, want := at(6), (sim.BatchDecision{Until: 7 * ms}); got != want {
		t.Fatalf("with two: %+v, want %+v", got, want)
	}
	// Three requests would end at 11 ms and four at 12 ms, but the first one is due at 10 ms.
	give(f, asked{at: 7})
	give(f, asked{at: 7})
	if got, want := at(7), (sim.BatchDecision{Count: 2}); got != want {
		t.Fatalf("with two newcomers: %+v, want %+v", got, want)
	}
	// At the end of a batch no request counts as a newcomer, so the first request is dropped.
	if got, want := at(7), (sim.BatchDecision{Drop: 1, Count: 3}); got != want {
		t.Fatalf("at the end of a batch: %+v, want %+v", got, want)
	}
}

// TestProteusStartsMoreThanItWaitedFor: if newcomers make more than a full batch, a full batch
// starts.
func TestProteusStartsMoreThanItWaitedFor(t *testing.T) {
	f := line(t, arrived(0, 0)...)
	b := NewProteus()
	b.Batch(sim.ViewOf(f, 0), 0)
	for range 3 {
		give(f, asked{at: 4})
	}
	if got, want := b.Batch(sim.ViewOf(f, 4*ms), 0), (sim.BatchDecision{Count: 4}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
