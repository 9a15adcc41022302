package profile

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestLatencyOfAnySize(t *testing.T) {
	linear, err := Linear(10*ms, ms, 32)
	if err != nil {
		t.Fatal(err)
	}
	bent, err := Table([]Point{{1, 4 * ms}, {2, 5 * ms}, {4, 9 * ms}})
	if err != nil {
		t.Fatal(err)
	}
	one, err := Linear(0, 8*ms, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		of   Batch
		size float64
		want time.Duration
	}{
		{linear, 4, 14 * ms}, {linear, 2.5, 12500 * time.Microsecond}, {linear, 0.5, 10500 * time.Microsecond}, {linear, 0, 10 * ms},
		{linear, 32, 42 * ms}, {linear, 64, 84 * ms}, {linear, 48, 63 * ms},
		{bent, 1.5, 4500 * time.Microsecond}, {bent, 3, 7 * ms}, {bent, 3.25, 7500 * time.Microsecond}, {bent, 0.5, 3500 * time.Microsecond}, {bent, 6, 13500 * time.Microsecond},
		{one, 0.25, 2 * ms}, {one, 1, 8 * ms}, {one, 3, 24 * ms},
	} {
		if got := c.of.LatencyOf(c.size); got != c.want {
			t.Errorf("a size of %v of %d takes %v, want %v", c.size, c.of.Max(), got, c.want)
		}
	}
}

// TestLatencyOfIsExactAtWholeSizesAndNeverFalls compares LatencyOf with Latency for random tables.
func TestLatencyOfIsExactAtWholeSizesAndNeverFalls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var points []Point
		for n := 1; n <= rapid.IntRange(1, 30).Draw(t, "largest"); n++ {
			points = append(points, Point{n, time.Duration(rapid.Int64Range(1, 1<<50).Draw(t, "latency"))})
		}
		b, err := Table(points)
		if err != nil {
			t.Fatal(err)
		}
		for n := 1; n <= b.Max(); n++ {
			if got := b.LatencyOf(float64(n)); got != b.Latency(n) {
				t.Fatalf("a size of %d takes %v, the batch %v", n, got, b.Latency(n))
			}
		}
		small := rapid.Float64Range(0, 40).Draw(t, "size")
		large := small + rapid.Float64Range(0, 5).Draw(t, "more")
		if b.Max() > 1 && b.LatencyOf(small) > b.LatencyOf(large) {
			t.Fatalf("a size of %v takes %v, and %v takes %v", small, b.LatencyOf(small), large, b.LatencyOf(large))
		}
		if huge := b.LatencyOf(1e18); huge < 0 {
			t.Fatalf("a huge size takes %v", huge)
		}
	})
}
