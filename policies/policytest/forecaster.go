package policytest

import (
	"math"
	"testing"

	"wavetank/policies/forecast"
	"wavetank/sim/kernel"
)

// Forecaster tests a forecaster on series of loads:
//   - it expects 0 before the first observation, and then the first observation,
//   - it expects a constant load to stay constant,
//   - forecasts are numbers of at least 0, whatever is observed,
//   - a forecast does not change the forecaster, and two forecasters from the same constructor
//     expect the same,
//   - it keeps bounded memory: in the long run an observation allocates nothing.
func Forecaster(t *testing.T, make func() (forecast.Forecaster, error)) {
	t.Helper()
	fresh := func() forecast.Forecaster {
		f, err := make()
		must(t, err)
		return f
	}
	f := fresh()
	if got := f.Forecast(3); got != 0 {
		t.Errorf("expects %v before any observation", got)
	}
	f.Observe(42)
	for _, steps := range []int{-1, 0, 1, 2, 50} {
		if got := f.Forecast(steps); got != 42 {
			t.Errorf("expects %v in %d windows after one of 42", got, steps)
		}
	}
	for range 100 {
		f.Observe(42)
	}
	for _, steps := range []int{1, 5, 30} {
		if got := f.Forecast(steps); math.Abs(got-42) > 0.05 {
			t.Errorf("expects %v in %d windows of a constant 42", got, steps)
		}
	}
	asked, silent := fresh(), fresh()
	for i, load := range loads(500) {
		asked.Observe(load)
		silent.Observe(load)
		got := asked.Forecast(3)
		if !(got >= 0) || math.IsInf(got, 0) {
			t.Fatalf("expects %v after %d observations", got, i+1)
		}
		if again := asked.Forecast(3); again != got {
			t.Fatalf("expects %v and then %v after %d observations", got, again, i+1)
		}
	}
	if a, b := asked.Forecast(2), silent.Forecast(2); a != b {
		t.Errorf("expects %v, but expects %v if it was not asked before", a, b)
	}
	if n := testing.AllocsPerRun(200, func() { silent.Observe(90) }); n != 0 {
		t.Errorf("%v allocations per observation", n)
	}
}

// loads returns a series that rises, falls and jumps. It also has values that are not
// loads, such as NaN.
func loads(n int) []float64 {
	stream := kernel.NewStream(1, 0, "policytest/forecaster", 0)
	list := make([]float64, n)
	for i := range list {
		switch {
		case i%17 == 0:
			list[i] = 0
		case i%41 == 0:
			list[i] = []float64{math.NaN(), math.Inf(1), -5}[i%3]
		case i%97 == 0:
			list[i] = 1e6
		default:
			list[i] = 100 + 30*math.Sin(float64(i)/4) + 10*stream.Float64()
		}
	}
	return list
}
