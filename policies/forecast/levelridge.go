package forecast

import (
	"errors"
	"fmt"
	"math"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
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

	loads, bases []float64        // the window in order: loads, levels
	row          []float64        // features of one example
	gram         blas64.Symmetric // X'SX
	moment       []float64        // X'Sy; then the weights
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
		row: make([]float64, lags), moment: make([]float64, lags),
		gram: blas64.Symmetric{Uplo: blas.Upper, N: lags, Stride: lags, Data: make([]float64, lags*lags)},
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
	f.loads, f.bases = f.past.list(f.loads[:0]), f.levels.list(f.bases[:0])
	clear(f.gram.Data)
	clear(f.moment)
	for i := f.lags - 1; i+steps < n; i++ {
		f.learn(i, steps)
	}
	if !f.solve() {
		return 0
	}
	f.features(n - 1)
	change := 0.
	for a, x := range f.row {
		change += x * f.moment[a]
	}
	if math.IsNaN(change) {
		return 0
	}
	return change
}

// learn adds the example whose last feature is at place i of the window.
func (f *LevelRidge) learn(i, steps int) {
	level, load := f.bases[i], f.loads[i+steps]
	larger := max(level, load)
	if larger == 0 {
		return
	}
	f.features(i)
	for a, x := range f.row {
		line := f.gram.Data[a*f.lags : (a+1)*f.lags]
		for b := a; b < len(line); b++ {
			line[b] += f.row[b] * x / larger
		}
		f.moment[a] += x * (load - level) / larger
	}
}

// features writes the last loads at place i of the window, less the level at that place.
func (f *LevelRidge) features(i int) {
	for lag := range f.row {
		f.row[lag] = f.loads[i-lag] - f.bases[i]
	}
}

// solve puts the weights in place of the moment. It reports false where the examples do not
// determine them: a pivot of the Cholesky factor has lost 12 of the 16 digits of its feature.
func (f *LevelRidge) solve() bool {
	for a := range f.row {
		f.row[a] = f.gram.Data[a*(f.lags+1)]
		if f.row[a] == 0 {
			f.row[a] = 1 // a feature that never left 0 gets the weight 0
		}
		f.row[a] *= 1 + f.penalty
		f.gram.Data[a*(f.lags+1)] = f.row[a]
	}
	factor, ok := lapack64.Potrf(f.gram)
	if !ok {
		return false
	}
	for a, size := range f.row {
		if pivot := factor.Data[a*(f.lags+1)]; pivot*pivot <= 1e-12*size {
			return false
		}
	}
	lapack64.Potrs(factor, blas64.General{Rows: f.lags, Cols: 1, Stride: 1, Data: f.moment})
	return true
}
