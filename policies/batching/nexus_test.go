package batching

import (
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// TestNexusLeavesTimeForServicesThatVary: a batch takes 1 ms plus 1 ms for each request, and the
// objective is 10 ms. At instant 5 ms, a request that came at 0 is in time in a batch of four. If
// the works have a squared coefficient of variation of 1, four requests are expected to take 5 ms
// plus a margin of 2.5 ms. With a squared coefficient of 9 no full batch would be within the
// objective, so there is no margin.
func TestNexusLeavesTimeForServicesThatVary(t *testing.T) {
	for _, c := range []struct {
		spread float64
		want   sim.BatchDecision
	}{
		{0, sim.BatchDecision{Count: 4}},
		{1, sim.BatchDecision{Drop: 1, Count: 4}},
		{9, sim.BatchDecision{Count: 4}},
	} {
		f := stage(t, 1, false, 0, 4*ms, 4*ms, 4*ms, 4*ms)
		f.Spec().Models[0].Target = 10 * 1e6
		f.Spec().Models[0].Spread = c.spread
		b, err := NewNexus(0)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.Batch(sim.ViewOf(f, 5*ms), 0); got != c.want {
			t.Errorf("spread %v: %+v, want %+v", c.spread, got, c.want)
		}
	}
}

// TestALargerBatchMayBeExpectedEarlier: one request takes 90 ms and two take 100 ms, and the
// standard deviation of the works is their mean. So one request is expected to take 180 ms, but two
// only 170.7 ms. This must hold even if the deadlines are not in order.
func TestALargerBatchMayBeExpectedEarlier(t *testing.T) {
	latency, err := profile.Table([]profile.Point{{Size: 1, Latency: 90 * time.Millisecond}, {Size: 2, Latency: 100 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		spread float64
		due    [2]time.Duration
		want   int
	}{
		{1, [2]time.Duration{175, 173}, 2},
		{1, [2]time.Duration{175, 160}, 2}, // the second request is late in either batch
		{1, [2]time.Duration{185, 160}, 1},
		{0, [2]time.Duration{175, 95}, 1},
	} {
		f := front{on: &fleet.Deployment{Latency: latency}, spread: c.spread}
		for _, due := range c.due {
			f.waiting = append(f.waiting, entry{due: kernel.Time(due * time.Millisecond), size: 1, places: 1})
		}
		w := f.slide(2)
		if got := f.timely(&w); w.from != 0 || got != c.want {
			t.Errorf("spread %v, deadlines %v: %d of a window from %d, want %d", c.spread, c.due, got, w.from, c.want)
		}
	}
}
