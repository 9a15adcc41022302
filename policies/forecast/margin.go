package forecast

import (
	"fmt"
	"math"
	"slices"

	"wavetank/sim"
)

// Margin adds a margin to the forecasts of another forecaster. The margin is a quantile of the past
// errors at one horizon, or 0 if this is negative. With the quantile 0.9, for example, the load
// stays below the result about 90 % of the time.
type Margin struct {
	of       Forecaster
	quantile float64
	horizon  int
	awaited  ring // the last forecasts for the horizon
	misses   ring // past errors: observation minus forecast
	sorted   []float64
}

// keptErrors is the number of past errors that count.
const keptErrors = 256

// NewMargin returns a forecaster that adds the margin to forecasts of another one. The errors are
// those of forecasts for horizon windows ahead.
func NewMargin(of Forecaster, quantile float64, horizon int) (*Margin, error) {
	if !(quantile > 0 && quantile < 1) {
		return nil, fmt.Errorf("margin: quantile is %v; it must be between 0 and 1", quantile)
	}
	if err := window("margin: horizon", horizon, 1); err != nil {
		return nil, err
	}
	return &Margin{of: of, quantile: quantile, horizon: horizon, awaited: newRing(horizon), misses: newRing(keptErrors)}, nil
}

// String returns for example "ewma(0.3)+q0.9".
func (f *Margin) String() string { return fmt.Sprintf("%v+q%v", f.of, f.quantile) }

// Observe implements Forecaster.
func (f *Margin) Observe(value float64) {
	if !math.IsNaN(value) && !math.IsInf(value, 0) && f.awaited.len() == f.horizon {
		f.misses.add(max(value, 0) - f.awaited.at(0))
	}
	f.of.Observe(value)
	f.awaited.add(f.of.Forecast(f.horizon))
}

// Forecast implements Forecaster.
func (f *Margin) Forecast(steps int) float64 { return f.of.Forecast(steps) + f.margin() }

// margin returns the error of rank ⌈(n+1)·quantile⌉ among n errors, or the largest if the rank
// exceeds n. If errors are exchangeable, the next error is not above the error of this rank with at
// least the probability of the quantile.
func (f *Margin) margin() float64 {
	n := f.misses.len()
	if n == 0 {
		return 0
	}
	f.sorted = append(f.sorted[:0], f.misses.values...)
	slices.Sort(f.sorted)
	rank := int(math.Ceil(float64(n+1)*f.quantile - 1e-9))
	return max(0, f.sorted[min(rank, n)-1])
}

// Err implements sim.Fallible: the first failure of the other forecaster.
func (f *Margin) Err() error { return sim.ErrOf(f.of) }
