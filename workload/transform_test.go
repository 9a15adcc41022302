package workload

import (
	"errors"
	"math"
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"

	"pgregory.net/rapid"
)

func TestCompressDividesInstants(t *testing.T) {
	plain := take(t, must(lane("a").Synthetic(must(Poisson(10)))), 1000)
	for _, f := range []float64{0.25, 1, 3} {
		fast := take(t, must(Compress(must(lane("a").Synthetic(must(Poisson(10)))), f)), 1000)
		for i := range plain {
			if got, want := float64(fast[i].Arrival), float64(plain[i].Arrival)/f; math.Abs(got-want) > 1 {
				t.Fatalf("by %g: instant %v of %v", f, fast[i].Arrival, plain[i].Arrival)
			}
		}
	}
	mentions(t, second(Compress(nil, 0)), "compress")
	mentions(t, second(Compress(nil, math.NaN())), "compress")
}

func TestThinKeepsItsShare(t *testing.T) {
	const n, p = 100_000, 0.3
	src := must(Window(must(lane("a").Synthetic(must(Constant(n)))), 0, 1e9))
	kept := len(take(t, must(lane("a").Thin(src, p)), n))
	if band := 4 * math.Sqrt(n*p*(1-p)); math.Abs(float64(kept)-n*p) > band {
		t.Errorf("%d of %d kept, want %g ± %g", kept, n, n*p, band)
	}
	all := take(t, must(lane("a").Thin(instants(1, 2, 3), 1)), n)
	if len(all) != 3 {
		t.Errorf("p = 1 keeps %d of 3", len(all))
	}
	for _, p := range []float64{0, 1.1, math.NaN()} {
		mentions(t, second(lane("a").Thin(nil, p)), "thin")
	}
}

// TestSpreadMovesEachRequestWithinItsWindow also checks the order and the number of requests.
func TestSpreadMovesEachRequestWithinItsWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gaps := rapid.SliceOfN(rapid.Int64Range(0, 1000), 0, 100).Draw(t, "gaps")
		width := rapid.Int64Range(1, 3000).Draw(t, "window")
		src, now := &list{}, int64(0)
		for i, gap := range gaps {
			now += gap
			src.requests = append(src.requests, fleet.Request{Arrival: kernel.Time(now), Input: int32(i)})
		}
		original, last := src.requests, kernel.Time(0)
		seen, n := make([]bool, len(gaps)), 0
		spread := must(lane("a").Spread(src, time.Duration(width)))
		for r := new(fleet.Request); spread.Next(r); n++ {
			late := r.Arrival - original[r.Input].Arrival
			if late < 0 || int64(late) >= width || r.Arrival < last || seen[r.Input] {
				t.Fatalf("request %d comes %v late, at %v after %v", r.Input, late, r.Arrival, last)
			}
			seen[r.Input], last = true, r.Arrival
		}
		if n != len(gaps) {
			t.Fatalf("%d requests, want %d", n, len(gaps))
		}
	})
	mentions(t, second(lane("a").Spread(instants(), 0)), "jitter: 0s must be above 0")
	mentions(t, second(lane("a").Spread(must(lane("a").Conversations(ClosedLoop{Clients: 1})), time.Second)), "wait for answers")
}

func TestSuperposeKeepsCountsAndOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.SliceOfN(rapid.Int64Range(0, 1000), 0, 100).Draw(t, "gaps")
		n := rapid.IntRange(1, 5).Draw(t, "copies")
		width := rapid.Int64Range(1, 500).Draw(t, "window")
		src := &list{}
		now := int64(0)
		for i, gap := range at {
			now += gap
			src.requests = append(src.requests, fleet.Request{Arrival: kernel.Time(now), Input: int32(i)})
		}
		original := src.requests
		copies := make([]int, len(at))
		inPlace := make([]int, len(at))
		last := kernel.Time(0)
		laid := must(lane("a").Superpose(src, n, time.Duration(width)))
		for r := (fleet.Request{}); laid.Next(&r); {
			late := int64(r.Arrival - original[r.Input].Arrival)
			if r.Arrival < last || late < 0 || late >= width {
				t.Fatalf("copy at %d, original at %d, the one before at %d", r.Arrival, original[r.Input].Arrival, last)
			}
			last = r.Arrival
			copies[r.Input]++
			if late == 0 {
				inPlace[r.Input]++
			}
		}
		for i := range copies {
			if copies[i] != n || inPlace[i] == 0 {
				t.Fatalf("request %d: %d copies, %d in place", i, copies[i], inPlace[i])
			}
		}
	})
	mentions(t, second(lane("a").Superpose(nil, 0, 0)), "superpose: 0", "jitter")
}

func TestSuperposeHoldsOneWindowOnly(t *testing.T) {
	src := must(lane("a").Superpose(must(lane("a").Synthetic(must(Constant(1000)))), 3, time.Second))
	var r fleet.Request
	for range 100_000 {
		src.Next(&r)
	}
	if held := src.(*superposed).late.Len(); held > 2*1000 {
		t.Errorf("%d copies held, at most 2000 fall into a window", held)
	}
}

func TestWindowCutsAndMoves(t *testing.T) {
	got := take(t, must(Window(instants(0, 5, 5, 9, 10, 11), 5, 10)), 10)
	want := []fleet.Request{{Arrival: 0, Input: 1}, {Arrival: 0, Input: 2}, {Arrival: 4, Input: 3}}
	if len(got) != len(want) {
		t.Fatalf("%d requests, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("request %d is %+v, want %+v", i, got[i], want[i])
		}
	}
	end := must(Window(instants(1, 2, 3), 0, 2))
	if n := len(take(t, end, 10)); n != 1 || end.Next(&fleet.Request{}) {
		t.Errorf("%d requests before 2, want 1", n)
	}
	mentions(t, second(Window(nil, 5, 5)), "window")
	mentions(t, second(Window(nil, 0, 0)), "window")
}

func TestMeasureCountsRates(t *testing.T) {
	second := kernel.Time(1e9)
	src := func() *list {
		l := instants(0, second, 2*second-1, 2*second, 4*second, 9*second)
		l.requests[1].Model = 1
		return l
	}
	for _, c := range []struct {
		until kernel.Time
		want  [][]float64
	}{
		{5 * second, [][]float64{{1, 0.5}, {0.5, 0}, {1, 0}}}, // the last window is half as long
		{4 * second, [][]float64{{1, 0.5}, {0.5, 0}}},
		{kernel.Never, [][]float64{{1, 0.5}, {0.5, 0}, {0.5, 0}, {0, 0}, {0.5, 0}}},
	} {
		got := must(Measure(src(), 2, 2*time.Second, c.until))
		if len(got) != len(c.want) {
			t.Fatalf("until %v: %v, want %v", c.until, got, c.want)
		}
		for w := range got {
			for m := range got[w] {
				if got[w][m] != c.want[w][m] {
					t.Errorf("until %v: %v, want %v", c.until, got, c.want)
				}
			}
		}
	}
	idle := must(Measure(instants(), 3, time.Second, 10*second))
	if len(idle) != 10 || len(idle[9]) != 3 || idle[9][2] != 0 {
		t.Errorf("an empty stream measures %v", idle)
	}
}

func TestMeasureRefuses(t *testing.T) {
	mentions(t, second(Measure(instants(), 0, 1, 1)), "measure")
	mentions(t, second(Measure(instants(), 1, 0, 1)), "measure")
	mentions(t, second(Measure(instants(), 1, 1, kernel.Never-1)), "too many")
	mentions(t, second(Measure(instants(1<<50), 1, 1, kernel.Never)), "too many")
	alien := instants(1)
	alien.requests[0].Model = 4
	mentions(t, second(Measure(alien, 4, 1, 9)), "model 4 of 4")
	mentions(t, second(Measure(&broken{*instants(), errors.New("line 3")}, 4, 1, 9)), "line 3")
}

func TestMeasuredRateIsTheCurve(t *testing.T) {
	c := spiky(1)
	got := must(Measure(must(lane("a").Synthetic(c)), 1, time.Minute, kernel.Time(time.Hour)))
	for i, rate := range got {
		want := c.integral(kernel.Time(i)*kernel.Time(time.Minute), kernel.Time(i+1)*kernel.Time(time.Minute))
		if band := 4.5*math.Sqrt(want) + 4; math.Abs(rate[0]*60-want) > band {
			t.Errorf("minute %d: %g requests, want %g ± %g", i, rate[0]*60, want, band)
		}
	}
}
