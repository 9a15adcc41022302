package forecast

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// RidgeOptions are the features of Ridge and its parameters.
type RidgeOptions struct {
	Lags    int     // number of past observations that are features, at least 1
	Season  int     // windows in a season; 0: no season
	Pairs   int     // number of sine and cosine pairs for the season
	Trend   bool    // whether time is a feature
	Penalty float64 // factor κ of the squared weights of standardised features, at least 0
	Window  int     // number of last observations to learn from
}

// Ridge regresses the load some windows ahead on three kinds of features: the last observations,
// Fourier terms of the season at the predicted window, and time. The weights of the standardised
// features X for the loads y are (X'X + κI)⁻¹X'y; the intercept has no penalty (Hoerl and Kennard,
// 1970). Ridge learns from a sliding window. After each observation it fits again, once for each
// horizon that is asked for.
type Ridge struct {
	RidgeOptions
	past    ring
	most    float64 // largest observation so far
	row     []float64
	fitted  ridgeFit // fit for the last horizon that was asked for
	columns int

	waves             []wave    // of the first Fourier pair, for each window of a season
	examples, targets []float64 // scratch of fit
}

// wave is a Fourier pair: the sine and the cosine of an angle.
type wave struct{ sine, cosine float64 }

// mostFeatures bounds the features of a regression.
const mostFeatures = 512

// ridgeFit is a forecast for one horizon, valid until the next observation.
type ridgeFit struct {
	count, steps int
	value        float64
}

// NewRidge returns the forecaster, or every fault of its options.
func NewRidge(o RidgeOptions) (*Ridge, error) {
	var penalty, pairs error
	if !(o.Penalty >= 0) || math.IsInf(o.Penalty, 0) {
		penalty = fmt.Errorf("ridge: penalty is %v; it must be a finite number of at least 0", o.Penalty)
	}
	if o.Pairs < 0 || o.Pairs > 0 && 2*o.Pairs >= o.Season {
		pairs = fmt.Errorf("ridge: Fourier pairs: %d of them need a season of more than %d windows, not %d", o.Pairs, 2*o.Pairs, o.Season)
	}
	if err := errors.Join(window("ridge: lags", o.Lags, 1), window("ridge: window", o.Window, 4), penalty, pairs); err != nil {
		return nil, err
	}
	columns := o.Lags + 2*o.Pairs
	if o.Trend {
		columns++
	}
	if columns > mostFeatures {
		return nil, fmt.Errorf("ridge: %d features are more than %d", columns, mostFeatures)
	}
	f := &Ridge{RidgeOptions: o, past: newRing(o.Window), columns: columns, row: make([]float64, columns)}
	if o.Pairs > 0 {
		f.waves = make([]wave, o.Season)
		for i := range f.waves {
			sine, cosine := math.Sincos(2 * math.Pi * float64(i) / float64(o.Season))
			f.waves[i] = wave{sine, cosine}
		}
	}
	return f, nil
}

// String returns for example "ridge(lags=3,season=24,pairs=2,trend,penalty=1,window=200)".
func (f *Ridge) String() string {
	s := fmt.Sprintf("ridge(lags=%d", f.Lags)
	if f.Pairs > 0 {
		s += fmt.Sprintf(",season=%d,pairs=%d", f.Season, f.Pairs)
	}
	if f.Trend {
		s += ",trend"
	}
	return s + fmt.Sprintf(",penalty=%v,window=%d)", f.Penalty, f.Window)
}

// Observe implements Forecaster.
func (f *Ridge) Observe(value float64) {
	value = clean(value, f.past.last())
	f.past.add(value)
	f.most = max(f.most, value)
}

// Forecast implements Forecaster. The result is between 0 and 3 times the largest observation so
// far. Forecast returns the last observation while there are fewer than two examples to learn from.
// Without a penalty it also does so while there are fewer examples than weights, and if the
// features are linearly dependent.
func (f *Ridge) Forecast(steps int) float64 {
	steps = max(1, steps)
	if f.fitted.count == f.past.count && f.fitted.steps == steps {
		return f.fitted.value
	}
	value, ok := f.fit(steps)
	if !ok {
		value = f.past.last()
	}
	value = min(max(value, 0), 3*f.most)
	f.fitted = ridgeFit{f.past.count, steps, value}
	return value
}

// features writes into row the features at place i of the window, for the load steps later.
func (f *Ridge) features(i, steps int, row []float64) {
	for lag := range f.Lags {
		row[lag] = f.past.at(i - lag)
	}
	at, place := f.Lags, f.past.count-f.past.len()+i+steps
	for pair := 1; pair <= f.Pairs; pair++ {
		// the angle of a pair is so many times that of the first one
		w := f.waves[pair*(place%f.Season)%f.Season]
		row[at], row[at+1] = w.sine, w.cosine
		at += 2
	}
	if f.Trend {
		row[at] = float64(i + steps)
	}
}

// fit learns from the window and predicts the load. ok is false if no model can be fitted.
func (f *Ridge) fit(steps int) (value float64, ok bool) {
	n := f.past.len() - steps - f.Lags + 1
	if n < 2 || f.Penalty == 0 && n <= f.columns {
		return 0, false
	}
	if n > cap(f.targets) {
		f.examples, f.targets = make([]float64, f.Window*f.columns), make([]float64, f.Window)
	}
	examples, targets := f.examples[:n*f.columns], f.targets[:n]
	for e := range n {
		i := e + f.Lags - 1
		f.features(i, steps, examples[e*f.columns:(e+1)*f.columns])
		targets[e] = f.past.at(i + steps)
	}
	model, ok := fitRidge(examples, targets, f.columns, f.Penalty)
	if !ok {
		return 0, false
	}
	f.features(f.past.len()-1, steps, f.row)
	value = model.predict(f.row)
	return value, !math.IsNaN(value)
}

// linear is a fitted model: intercept + Σ weight·(feature − centre).
type linear struct {
	intercept       float64
	weights, centre []float64
}

func (l linear) predict(row []float64) float64 {
	sum := l.intercept
	for j, w := range l.weights {
		sum += w * (row[j] - l.centre[j])
	}
	return sum
}

// fitRidge fits targets to examples. The examples are stored row after row, and are standardised in
// place. A feature that never changes gets no weight. ok is false if the normal equations cannot be
// solved.
func fitRidge(examples, targets []float64, columns int, penalty float64) (model linear, ok bool) {
	n := len(targets)
	centre, scale := standardise(examples, n, columns)
	var live []int
	for j, s := range scale {
		if s > 0 {
			live = append(live, j)
		}
	}
	model = linear{intercept: mean(targets), weights: make([]float64, columns), centre: centre}
	if len(live) == 0 {
		return model, true
	}
	gram, moment := mat.NewSymDense(len(live), nil), mat.NewVecDense(len(live), nil)
	products, responses := gram.RawSymmetric().Data, moment.RawVector().Data
	for e, y := range targets {
		row := examples[e*columns : (e+1)*columns]
		for a, i := range live {
			x, line := row[i], products[a*len(live):(a+1)*len(live)]
			for b := a; b < len(line); b++ {
				line[b] += row[live[b]] * x
			}
			responses[a] += x * (y - model.intercept)
		}
	}
	for a := range live {
		products[a*(len(live)+1)] += penalty
	}
	var factor mat.Cholesky
	if !factor.Factorize(gram) || factor.Cond() > 1e14 {
		return linear{}, false
	}
	var weights mat.VecDense
	if factor.SolveVecTo(&weights, moment) != nil {
		return linear{}, false
	}
	for a, j := range live {
		model.weights[j] = weights.AtVec(a) / scale[j]
	}
	return model, true
}

// standardise brings every column to mean 0 and standard deviation 1. It returns the old means and
// deviations. A column that never changes becomes 0, and its deviation is 0.
func standardise(examples []float64, n, columns int) (centre, scale []float64) {
	centre, scale = make([]float64, columns), make([]float64, columns)
	for row := range slices.Chunk(examples, columns) {
		for j, v := range row {
			centre[j] += v
		}
	}
	for j := range centre {
		centre[j] /= float64(n)
	}
	for row := range slices.Chunk(examples, columns) {
		for j := range row {
			row[j] -= centre[j]
			scale[j] += row[j] * row[j]
		}
	}
	for j := range scale {
		scale[j] = math.Sqrt(scale[j] / float64(n))
		if scale[j] <= 1e-12*math.Abs(centre[j]) {
			scale[j] = 0
		}
	}
	for row := range slices.Chunk(examples, columns) {
		for j, s := range scale {
			if s > 0 {
				row[j] /= s
			} else {
				row[j] = 0
			}
		}
	}
	return centre, scale
}
