package histogram

import (
	"math"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"pgregory.net/rapid"
)

// TestQuantilesAreThoseOfTheLibrary compares the histogram with the reference implementation, an
// HdrHistogram with three significant digits, over values of all sizes.
func TestQuantilesAreThoseOfTheLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mine, parts := [3]histogram{}, 2
		reference := hdrhistogram.New(1, int64(30*24*time.Hour), 3)
		values := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) int64 {
			value := int64(1)<<rapid.IntRange(0, 55).Draw(t, "size") + rapid.Int64Range(-1, 1).Draw(t, "beside")
			return value + rapid.Int64Range(0, value/2).Draw(t, "more") - rapid.SampledFrom([]int64{0, 0, 0, value + 1}).Draw(t, "less")
		}), 1, 300).Draw(t, "values")
		for i, value := range values {
			n := rapid.Int64Range(0, 1000).Draw(t, "times")
			err := reference.RecordValues(value, n)
			if got := mine[i%parts].add(value, n); got != (err == nil) {
				t.Fatalf("%d is counted: %v; of the reference: %v", value, got, err)
			}
		}
		all := &mine[parts]
		all.merge(&mine[0])
		all.merge(&mine[1])
		if all.total != reference.TotalCount() {
			t.Fatalf("%d are counted, %d by the reference", all.total, reference.TotalCount())
		}
		for range 30 {
			if all.total == 0 {
				return
			}
			rank := rapid.Int64Range(1, all.total).Draw(t, "rank")
			if got, want := all.value(rank), reference.ValueAtQuantile(100*float64(rank)/float64(all.total)); got != want {
				t.Fatalf("rank %d of %d is %d, by the reference %d", rank, all.total, got, want)
			}
		}
	})
}

// TestValuesOfTheBordersLieInTheirBuckets tests the smallest and the largest values, and values
// near powers of two.
func TestValuesOfTheBordersLieInTheirBuckets(t *testing.T) {
	values := []int64{0, 1, 2, 1023, 1024}
	for shift := 11; shift < 52; shift++ {
		values = append(values, 1<<shift-1, 1<<shift, 1<<shift+1)
	}
	for _, value := range append(values, 1<<52-1) {
		h := histogram{}
		if !h.add(value, 1) {
			t.Errorf("%d is not counted", value)
		}
		if got := h.value(1); got < value || float64(got-value) > float64(value)/1024 {
			t.Errorf("%d is counted as %d", value, got)
		}
	}
	for _, value := range []int64{-1, math.MinInt64, 1 << 52, math.MaxInt64} {
		if h := (histogram{}); h.add(value, 1) || h.total != 0 {
			t.Errorf("%d is counted", value)
		}
	}
}

// TestCountingAllocatesNothing: counting a latency in an existing octave allocates nothing.
func TestCountingAllocatesNothing(t *testing.T) {
	l := NewLatencies()
	l.Add(1 << 20)
	if n := testing.AllocsPerRun(100, func() { l.Add(1<<21 - 1) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkLatencies counts latencies of about a second.
//
//	go test -run xxx -bench Latencies ./metrics
func BenchmarkLatencies(b *testing.B) {
	l := NewLatencies()
	for i := range b.N {
		l.Add(time.Duration(1e9 + i&0xfffff*1000))
	}
}
