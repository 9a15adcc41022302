package capacity

import (
	"context"
	"math"
	"testing"
)

// TestASearchLearnsItsStep searches where the misses are an exponential function of the load. The
// first guess of the step is much too small or much too large. A search that knows this is vague
// finds the same load in fewer runs.
func TestASearchLearnsItsStep(t *testing.T) {
	const want = 0.62
	for _, c := range []struct {
		guess, step, first float64 // first load to try, true step, first guess of the step
	}{
		{0.3, 0.08, 0.008},
		{0.9, 0.08, 0.008},
		{0.6, 0.02, 0.002},
		{0.5, 0.03, 0.3},
	} {
		runs := func(vague bool) (n int) {
			s := search{top: 1, step: c.first, vague: vague, ratio: func(load float64) (float64, error) {
				n++
				return math.Exp((load - want) / c.step), nil
			}}
			load, err := s.find(context.Background(), c.guess)
			if err != nil || math.Abs(load-want) > near*c.step+width*want {
				t.Errorf("%+v: found %v (%v), want %v", c, load, err, want)
			}
			if off := math.Abs(logarithm(s.last) - (load-want)/c.step); off > near {
				t.Errorf("%+v: %v of the allowed misses at %v", c, s.last, load)
			}
			return n
		}
		known, vague := runs(false), runs(true)
		t.Logf("%+v: %d runs, %d if the step is vague", c, known, vague)
		if vague > known || vague > 7 {
			t.Errorf("%+v: %d runs, %d if the step is vague", c, known, vague)
		}
	}
}
