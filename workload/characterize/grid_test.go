package characterize

import (
	"math"
	"slices"
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload"

	"pgregory.net/rapid"
)

// coarsened rounds the instants of requests down to a grid, and then moves them a little off it.
func coarsened(requests []fleet.Request, step kernel.Time, off int) []fleet.Request {
	s := kernel.NewStream(4, 0, "off", 0)
	moved := slices.Clone(requests)
	for i := range moved {
		cell := moved[i].Arrival / step
		if i == 0 || cell != requests[i-1].Arrival/step {
			moved[i].Arrival = cell*step + kernel.Time(s.IntN(2*off+1))*1e6
		} else {
			moved[i].Arrival = moved[i-1].Arrival
		}
	}
	return moved
}

// TestAGridHidesNoProcess fits streams with coarse timestamps, and compares with the process before
// rounding.
func TestAGridHidesNoProcess(t *testing.T) {
	for _, c := range []struct {
		name string
		p    workload.Process
		cv   float64
	}{
		{"poisson", must(workload.Poisson(4)), 1},
		{"bursty", must(workload.GammaRenewal(4, 2)), 2},
		{"even", must(workload.GammaRenewal(6, 0.4)), 0.4},
		{"steps", must(workload.NewStepRates(10*time.Minute, []float64{5, 20, 8, 0, 15}, 1)), 1},
	} {
		for _, step := range []time.Duration{time.Second, 3 * time.Second} {
			requests := coarsened(arriving(c.p, 6000), kernel.Time(step), 2)
			p, l, err := Fit(opening(requests), plainly)
			if err != nil {
				t.Fatal(err)
			}
			if d := p.Grid - step; d < -step/50 || d > step/50 {
				t.Errorf("%s: a grid of %v, want %v", c.name, p.Grid, step)
			}
			if l.Bulk != 1 || math.Abs(l.Gaps.CV()/c.cv-1) > 0.15 {
				t.Errorf("%s on %v: bulks of %g, cv %g, want %g", c.name, step, l.Bulk, l.Gaps.CV(), c.cv)
			}
			if (len(l.Rates) == 1) == (c.name == "steps") {
				t.Errorf("%s on %v: %d rates", c.name, step, len(l.Rates))
			}
		}
	}
}

func TestAStreamWithoutAGridHasNone(t *testing.T) {
	for name, p := range map[string]workload.Process{
		"poisson": must(workload.Poisson(20)), "bulks": must(workload.GeometricBulks(must(workload.Poisson(3)), 4)),
		"even bulks": must(workload.GeometricBulks(must(workload.GammaRenewal(3, 0.3)), 4)),
	} {
		if q := of(t, arriving(p, 3000)); q.Grid != 0 || q.Counts != nil {
			t.Errorf("%s: a grid of %v", name, q.Grid)
		}
	}
	few := coarsened(arriving(must(workload.Poisson(1)), 20), kernel.Time(3*time.Second), 0)
	if q := of(t, few); q.Grid != 0 {
		t.Errorf("a grid of %v is reported from %d requests", q.Grid, len(few))
	}
}

// TestCountsAreThoseOfAList compares the counts of windows with those of a list.
func TestCountsAreThoseOfAList(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := &Windows{length: 10, each: &LengthCounts{}}
		plain, at := map[int64]int{}, int64(0)
		for range rapid.IntRange(1, 50).Draw(r, "requests") {
			at += rapid.Int64Range(0, 40).Draw(r, "gap")
			w.add(kernel.Time(at))
			plain[at/10]++
		}
		if w.each.n != at/10 {
			r.Fatalf("%d windows are over, want %d", w.each.n, at/10)
		}
		for size := range 50 {
			n := int64(0)
			for i := range at / 10 {
				if plain[i] == size {
					n++
				}
			}
			if got := w.each.Share(size, size+1) * float64(w.each.n); w.each.n > 0 && math.Abs(got-float64(n)) > 1e-6 {
				r.Fatalf("%g windows of %d, want %d", got, size, n)
			}
		}
	})
}

// TestChanceIsNotDoubled fits streams whose rate changes little, so that their counts vary mostly
// by chance. The counts of the fitted process must vary as much as those of the stream.
func TestChanceIsNotDoubled(t *testing.T) {
	rates := make([]float64, 120)
	s := kernel.NewStream(8, 0, "rates", 0)
	for i := range rates {
		rates[i] = 5 * (0.6 + 0.8*s.Float64())
	}
	requests := arriving(must(workload.NewStepRates(30*time.Second, rates, 1)), 3600)
	p, l, err := Fit(opening(requests), plainly)
	if err != nil {
		t.Fatal(err)
	}
	again := of(t, arriving(must(workload.NewStepRates(l.Step, l.Rates, l.Gaps.CV())), 3600))
	if a, b := p.Minute.Dispersion(), again.Minute.Dispersion(); len(l.Rates) < 100 || math.Abs(b/a-1) > 0.3 {
		t.Errorf("%d rates; the dispersion per minute is %g, that of the fit %g", len(l.Rates), a, b)
	}
	if math.Abs(float64(again.Requests)/float64(p.Requests)-1) > 0.04 {
		t.Errorf("%d requests, fitted %d", p.Requests, again.Requests)
	}
}
