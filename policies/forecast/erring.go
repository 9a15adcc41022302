package forecast

import (
	"math"

	"wavetank/sim"
	"wavetank/sim/kernel"
)

// Error is an error that is injected into figures: a figure is multiplied by (1 + Bias)·X, where X
// is uniform with mean 1 and the coefficient of variation Noise, at most 1/√3.
type Error struct{ Bias, Noise float64 }

// None reports whether the error changes nothing.
func (e Error) None() bool { return e.Bias == 0 && e.Noise == 0 }

// Draw draws the factor on a figure.
func (e Error) Draw(s *kernel.Stream) float64 {
	if e.Noise == 0 {
		return 1 + e.Bias
	}
	return max(0, (1+e.Bias)*(1+float64(e.Noise*math.Sqrt(3)*(2*s.Float64()-1))))
}

// Erring is a forecaster whose forecasts have an injected error. All forecasts between two
// observations have the same factor.
type Erring struct {
	of     Forecaster
	err    Error
	stream *kernel.Stream
	factor float64
}

// NewErring injects an error into the forecasts of another forecaster.
func NewErring(of Forecaster, e Error, s *kernel.Stream) *Erring {
	return &Erring{of: of, err: e, stream: s, factor: e.Draw(s)}
}

// String returns the name of the forecaster without the error.
func (f *Erring) String() string { return f.of.String() }

// Observe implements Forecaster.
func (f *Erring) Observe(value float64) {
	f.of.Observe(value)
	f.factor = f.err.Draw(f.stream)
}

// Forecast implements Forecaster.
func (f *Erring) Forecast(steps int) float64 { return f.of.Forecast(steps) * f.factor }

// Err implements sim.Fallible: the first failure of the other forecaster.
func (f *Erring) Err() error { return sim.ErrOf(f.of) }
