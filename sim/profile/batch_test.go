package profile

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

const ms = time.Millisecond

func TestLinearLatency(t *testing.T) {
	b, err := Linear(2*ms, 3*ms, 8)
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 8; n++ {
		if want := 2*ms + time.Duration(n)*3*ms; b.Latency(n) != want {
			t.Errorf("a batch of %d takes %v, want %v", n, b.Latency(n), want)
		}
	}
	if got := b.Throughput(8); got != 8/0.026 {
		t.Errorf("throughput %v", got)
	}
	if b.Scaled(2).Latency(3) != 2*b.Latency(3) {
		t.Error("scaling does not scale")
	}
}

func TestTableIsStraightBetweenItsPointsAndNeverFalls(t *testing.T) {
	b, err := Table([]Point{{4, 10 * ms}, {1, 4 * ms}, {8, 9 * ms}})
	if err != nil {
		t.Fatal(err)
	}
	want := []time.Duration{4 * ms, 6 * ms, 8 * ms, 10 * ms, 10 * ms, 10 * ms, 10 * ms, 10 * ms}
	for i, w := range want {
		if b.Latency(i+1) != w {
			t.Errorf("a batch of %d takes %v, want %v", i+1, b.Latency(i+1), w)
		}
	}
}

func TestImpossibleLatenciesAreRefused(t *testing.T) {
	for name, points := range map[string][]Point{
		"none": nil, "no batch of one": {{2, ms}}, "no time": {{1, 0}}, "negative time": {{1, ms}, {2, -ms}},
		"one size twice": {{1, ms}, {1, 2 * ms}}, "a huge batch": {{1, ms}, {1 << 30, ms}}, "batch 0": {{0, ms}, {1, ms}},
	} {
		if _, err := Table(points); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := Linear(ms, ms, 0); err == nil {
		t.Error("a linear model up to batch 0 is accepted")
	}
}

// TestLargestAgreesWithAScan compares the bisection with looking at every size.
func TestLargestAgreesWithAScan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var points []Point
		for n := 1; n <= rapid.IntRange(1, 40).Draw(t, "largest"); n++ {
			points = append(points, Point{n, time.Duration(rapid.IntRange(1, 100).Draw(t, "latency")) * ms})
		}
		b, err := Table(points)
		if err != nil {
			t.Fatal(err)
		}
		limit := rapid.IntRange(0, 50).Draw(t, "limit")
		most := time.Duration(rapid.IntRange(0, 110).Draw(t, "most")) * ms
		want := 0
		for n := 1; n <= min(limit, b.Max()); n++ {
			if b.Latency(n) <= most {
				want = n
			}
		}
		if got := b.Largest(limit, func(l time.Duration) bool { return l <= most }); got != want {
			t.Fatalf("largest is %d, want %d", got, want)
		}
	})
}
