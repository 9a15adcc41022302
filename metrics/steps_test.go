package metrics

import (
	"math"
	"testing"
	"time"

	"wavetank/metrics/histogram"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// TestRangesOfStepsAreCountedAsStepByStep compares counting many steps at once with counting each
// step.
func TestRangesOfStepsAreCountedAsStepByStep(t *testing.T) {
	for _, s := range []tokens.Steps{
		{Count: 1, Time: 9e6 * profile.Grains, Growth: 7, Decoding: 3, Tokens: 3},
		{Count: 5000, Time: 8e6 * profile.Grains, Growth: 2500 * profile.Grains, Decoding: 17, Tokens: 5000 * 17},
		{Count: 999, Time: 1000, Growth: 1 << 19, Decoding: 1, Tokens: 999},
		// with speculative decoding
		{Count: 700, Time: 8e6 * profile.Grains, Growth: 900 * profile.Grains, Decoding: 2, Tokens: 700 * 2 * 3},
	} {
		ranges, each := histogram.NewLatencies(), histogram.NewLatencies()
		addSteps(ranges, &s)
		for i := range s.Count {
			d := float64(s.Time+int64(i)*s.Growth) / profile.Grains * float64(s.Count*s.Decoding) / float64(s.Tokens)
			for range s.Tokens / int64(s.Count) {
				each.Add(time.Duration(math.Round(d)))
			}
		}
		if ranges.Count() != s.Tokens || each.Count() != s.Tokens {
			t.Fatalf("%+v: %d and %d are counted", s, ranges.Count(), each.Count())
		}
		if math.Abs(ranges.Mean()-each.Mean()) > 1e-3*each.Mean()+1e-9 {
			t.Errorf("%+v: mean %v, step by step %v", s, ranges.Mean(), each.Mean())
		}
		for _, q := range []float64{0.01, 0.5, 0.9, 0.99, 1} {
			if r, e := ranges.Quantile(q), each.Quantile(q); math.Abs(r-e) > 2e-3*e+1e-9 {
				t.Errorf("%+v: quantile %v is %v, step by step %v", s, q, r, e)
			}
		}
	}
}

// TestRangesOfStepsAllocateNothing: counting many steps at once allocates nothing.
func TestRangesOfStepsAllocateNothing(t *testing.T) {
	l, s := histogram.NewLatencies(), tokens.Steps{Count: 100, Time: 8e6 * profile.Grains, Growth: 2500 * profile.Grains, Decoding: 17, Tokens: 1700}
	if n := testing.AllocsPerRun(100, func() { addSteps(l, &s) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
