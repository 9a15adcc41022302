package workload

import (
	"math"
	"testing"
	"time"

	"wavetank/sim/kernel"
)

func TestStepsHaveTheirRates(t *testing.T) {
	rates := []float64{40, 0, 10, 80}
	for _, cv := range []float64{0.3, 1, 3} {
		p := must(NewStepRates(time.Minute, rates, cv))
		run := p.Start(kernel.NewStream(4, 0, "steps", 0))
		const rounds = 200
		counts := make([]float64, len(rates))
		for at := run.Next(); at < kernel.Time(rounds*4*time.Minute); at = run.Next() {
			counts[int(at.Seconds())/60%4]++
			if p.Rate(at) == 0 {
				t.Fatalf("an arrival at %v, where the rate is 0", at)
			}
		}
		for i, n := range counts {
			want := rates[i] * 60 * rounds
			if band := 4 * max(cv, 1) * math.Sqrt(want); math.Abs(n-want) > band+4 {
				t.Errorf("cv %g, step %d: %g arrivals, want %g ± %g", cv, i, n, want, band)
			}
		}
	}
	if at := must(NewStepRates(time.Second, []float64{0, 0}, 1)).Start(kernel.NewStream(1, 0, "x", 0)).Next(); at != kernel.Never {
		t.Errorf("an arrival at %v of no rate", at)
	}
}

func TestStepsAreChecked(t *testing.T) {
	mentions(t, second(NewStepRates(0, []float64{-1, math.NaN()}, 1000)), "step", "rates[0]", "rates[1]", "cv")
	mentions(t, second(NewStepRates(time.Second, nil, 1)), "rates")
}
