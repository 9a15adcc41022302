package batching

import (
	"context"
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

// finish makes an AIMD batcher observe a batch of n requests at replica 0 that takes the given
// time.
func finish(b *AIMD, n int, took time.Duration) {
	b.Observe(&sim.Fact{Kind: sim.BatchStarted, Count: n, Span: took})
	b.Observe(&sim.Fact{Kind: sim.BatchFinished, Count: n, At: kernel.Time(took)})
}

func TestAIMDAddsAndMultiplies(t *testing.T) {
	b, err := NewAIMD(DefaultStep, DefaultBackoff)
	if err != nil {
		t.Fatal(err)
	}
	f := line(t, make([]asked, 9)...)
	f.Spec().Deployments[0].MaxBatch = 20
	v := sim.ViewOf(f, 0)
	allowed := func() int { return b.Batch(v, 0).Count }
	for n := 1; n <= 8; n++ {
		if got := allowed(); got != n {
			t.Fatalf("after %d batches in time it allows %d", n-1, got)
		}
		finish(b, n, relaxed)
	}
	for _, c := range []struct {
		n    int
		took time.Duration
		want int
	}{
		{9, relaxed + 1, 8}, // 9 × 0.9 = 8.1
		{8, relaxed + 1, 7}, // 7.29
		{6, relaxed, 7},     // not full: the limit stays
		{7, relaxed, 8},     // 8.29
		{1, relaxed + 1, 7}, // 7.461: a late batch counts even if it is not full
		{7, relaxed, 8},     // 8.461
	} {
		finish(b, c.n, c.took)
		if got := allowed(); got != c.want {
			t.Errorf("after %d took %v it allows %d, want %d", c.n, c.took, got, c.want)
		}
	}
	for range 100 {
		finish(b, 1, time.Hour)
	}
	if got := allowed(); got != 1 {
		t.Errorf("after many late batches it allows %d", got)
	}
}

// sizes is an observer that keeps the batches of a run.
type sizes []int

func (s *sizes) Observe(f *sim.Fact) {
	if f.Kind == sim.BatchStarted {
		*s = append(*s, f.Count)
	}
}

// TestAIMDSettlesBelowTheFirstLateBatch: under a constant overload the batches grow to the first
// size that is late. Then they stay between this size times the factor and this size, on every
// replica.
func TestAIMDSettlesBelowTheFirstLateBatch(t *testing.T) {
	latency, err := profile.Linear(5*time.Millisecond, time.Millisecond, 64)
	if err != nil {
		t.Fatal(err)
	}
	c := simtest.OneModel(latency, 2, 2)
	c.Models[0].Target = 25 * time.Millisecond // a batch of 20 is the largest in time
	b, err := NewAIMD(DefaultStep, DefaultBackoff)
	if err != nil {
		t.Fatal(err)
	}
	var seen sizes
	a := &simtest.GapStream{Gap: func() float64 { return 0.0001 }, Work: func() float64 { return 1 }}
	err = engine.Run(context.Background(), sim.Setup{
		Spec: c, Arrivals: a, Levers: sim.Levers{Router: pick{}, Batcher: b, Allocator: simtest.Fixed{Replicas: 2}},
		Observers: []sim.Observer{&seen}, Duration: 10 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	least, most := 64, 0
	for _, n := range seen[200:] {
		least, most = min(least, n), max(most, n)
	}
	// Two batches are in service at a time, so a second late batch may start before the first ends.
	if least < 16 || least > 19 || most < 21 || most > 22 {
		t.Errorf("batches settle between %d and %d", least, most)
	}
}

func TestAIMDKeepsReplicasApart(t *testing.T) {
	b, err := NewAIMD(3, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	f := stage(t, 2, false, 0, 0, 0, 0, 0)
	for range 5 {
		id, _ := f.Admit(&fleet.Request{})
		f.Give(id, 1)
	}
	f.Spec().Models[0].Target = relaxed
	v := sim.ViewOf(f, 0)
	b.Batch(v, 0)
	b.Batch(v, 1)
	finish(b, 1, relaxed)
	if zero, one := b.Batch(v, 0).Count, b.Batch(v, 1).Count; zero != 4 || one != 1 {
		t.Errorf("replica 0 may start %d, replica 1 %d", zero, one)
	}
}

func TestAIMDTellsBatchesThatEndTogetherApart(t *testing.T) {
	b, err := NewAIMD(DefaultStep, DefaultBackoff)
	if err != nil {
		t.Fatal(err)
	}
	v := sim.ViewOf(line(t, make([]asked, 9)...), 0)
	b.Batch(v, 0)
	for range 2 {
		finish(b, 3, relaxed)
	}
	b.Observe(&sim.Fact{Kind: sim.BatchStarted, Count: 3, Span: 2 * relaxed})
	b.Observe(&sim.Fact{Kind: sim.BatchStarted, Count: 2, At: kernel.Time(relaxed), Span: relaxed})
	for _, c := range []struct{ n, want int }{{2, 3}, {3, 2}} {
		b.Observe(&sim.Fact{Kind: sim.BatchFinished, Count: c.n, At: kernel.Time(2 * relaxed)})
		if got := b.Batch(v, 0).Count; got != c.want {
			t.Errorf("after the batch of %d it allows %d, want %d", c.n, got, c.want)
		}
	}
}
