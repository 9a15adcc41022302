package forecast

import (
	"errors"
	"fmt"
	"math"
	"time"

	"gonum.org/v1/gonum/mat"
)

// LevelRidge is the forecast of Level plus the change that a ridge regression predicts. The
// regression predicts the load at the horizon from the last loads. All these loads are differences
// from the level at the time of the forecast. It has no intercept, so it changes nothing where past
// loads tell nothing.
//
//   - The weights are w = (X'SX + κ·diag(X'SX))⁻¹ X'Sy: the penalty κ is relative to the size of
//     each feature, as in ridge regression on standardised features (Hoerl and Kennard, 1970).
//   - S holds the weight of each example: one over its load, since the variance of counts grows
//     with their mean.
//
// It learns from a sliding window, and fits again for every horizon that is asked for after an
// observation.
type LevelRidge struct {
	level   *Level
	past    ring // loads
	levels  ring // level after each load
	lags    int
	penalty float64
	fitted  ridgeFit // fit for the last horizon that was asked for

	row             []float64
	gram            *mat.SymDense
	moment, weights *mat.VecDense
	factor          mat.Cholesky
}

// NewLevelRidge returns a forecaster for control periods of the length given. It regresses on at
// least one lag, with a penalty of at least 0, and learns from a window of at least 4 observations.
// The error names every fault.
func NewLevelRidge(period time.Duration, lags int, penalty float64, length int) (*LevelRidge, error) {
	var size, many error
	if !(penalty >= 0) || math.IsInf(penalty, 0) {
		size = fmt.Errorf("level-ridge: penalty is %v; it must be a finite number of at least 0", penalty)
	}
	if lags > mostFeatures {
		many = fmt.Errorf("level-ridge: %d lags are more than %d", lags, mostFeatures)
	}
	if err := errors.Join(window("level-ridge: lags", lags, 1), many, window("level-ridge: window", length, 4), size); err != nil {
		return nil, err
	}
	return &LevelRidge{
		level: NewLevel(period), past: newRing(length), levels: newRing(length), lags: lags, penalty: penalty,
		row: make([]float64, lags), gram: mat.NewSymDense(lags, nil), moment: mat.NewVecDense(lags, nil), weights: mat.NewVecDense(lags, nil),
	}, nil
}

// String returns for example "level-ridge(lags=3,penalty=1,window=120)".
func (f *LevelRidge) String() string {
	return fmt.Sprintf("level-ridge(lags=%d,penalty=%v,window=%d)", f.lags, f.penalty, cap(f.past.values))
}

// Observe implements Forecaster.
func (f *LevelRidge) Observe(value float64) {
	value = clean(value, f.past.last())
	f.level.Observe(value)
	f.past.add(value)
	f.levels.add(f.level.Present())
}

// Forecast implements Forecaster. It lies between 0 and twice the forecast of Level.
func (f *LevelRidge) Forecast(steps int) float64 {
	steps = max(1, steps)
	if f.fitted.count != f.past.count || f.fitted.steps != steps {
		level := f.level.Forecast(steps)
		f.fitted = ridgeFit{f.past.count, steps, level + min(max(f.change(steps), -level), level)}
	}
	return f.fitted.value
}

// change returns the change from the level that the regression predicts. It is 0 as long as there
// are not more examples than weights.
func (f *LevelRidge) change(steps int) float64 {
	n := f.past.len()
	if examples := n - steps - f.lags + 1; examples <= f.lags {
		return 0
	}
	f.gram.Zero()
	f.moment.Zero()
	for i := f.lags - 1; i+steps < n; i++ {
		f.learn(i, steps)
	}
	for a := range f.row {
		d := f.gram.At(a, a)
		if d == 0 {
			d = 1 // a feature that never left 0 gets the weight 0
		}
		f.gram.SetSym(a, a, d*(1+f.penalty))
	}
	if !f.factor.Factorize(f.gram) || f.factor.SolveVecTo(f.weights, f.moment) != nil {
		return 0
	}
	f.features(n - 1)
	change := 0.
	for a, x := range f.row {
		change += x * f.weights.AtVec(a)
	}
	if math.IsNaN(change) {
		return 0
	}
	return change
}

// learn adds the example whose last feature is at place i of the window.
func (f *LevelRidge) learn(i, steps int) {
	level, load := f.levels.at(i), f.past.at(i+steps)
	larger := max(level, load)
	if larger == 0 {
		return
	}
	f.features(i)
	for a, x := range f.row {
		for b, y := range f.row[:a+1] {
			f.gram.SetSym(a, b, f.gram.At(a, b)+x*y/larger)
		}
		f.moment.SetVec(a, f.moment.AtVec(a)+x*(load-level)/larger)
	}
}

// features writes the last loads at place i of the window, less the level at that place.
func (f *LevelRidge) features(i int) {
	for lag := range f.row {
		f.row[lag] = f.past.at(i-lag) - f.levels.at(i)
	}
}
