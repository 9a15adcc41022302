package forecast

import (
	"math"
	"testing"

	"wavetank/sim/kernel"
)

// TestInjectedErrorsHaveTheirMoments: the factors of an error have the mean 1 + bias and the
// coefficient of variation of the noise, are never negative, and stay until the next observation.
func TestInjectedErrorsHaveTheirMoments(t *testing.T) {
	for _, e := range []Error{{}, {Bias: 0.3}, {Noise: 0.2}, {Bias: -0.4, Noise: 0.57}} {
		f := NewErring(NewLast(), e, kernel.NewStream(1, 0, "forecast-error", 0))
		const n = 100_000
		sum, squares := 0., 0.
		for range n {
			f.Observe(100)
			got := f.Forecast(1)
			if got < 0 || got != f.Forecast(1) || f.Forecast(3) != got {
				t.Fatalf("%+v: forecasts of %v and %v", e, got, f.Forecast(3))
			}
			sum += got / 100
			squares += got / 100 * got / 100
		}
		mean := sum / n
		if cv := math.Sqrt(max(0, squares/n-mean*mean)) / mean; math.Abs(mean-1-e.Bias) > 0.005 || math.Abs(cv-e.Noise) > 0.005 {
			t.Errorf("%+v: mean %v, coefficient of variation %v", e, mean, cv)
		}
	}
}
