package forecast

import "fmt"

// Recursive is recursive least squares with forgetting. After every update its weights are those of
// a fit to all examples so far, where an example of age k has the weight forgetting^k. The fit has
// a ridge penalty of 1/prior, whose weight decays in the same way.
type Recursive struct {
	weights    []float64
	covariance []float64 // columns × columns
	forgetting float64
	gain       []float64
}

// mostCovariance bounds the trace of the covariance. Without a bound it would grow for ever while a
// feature does not change.
const mostCovariance = 1e12

// NewRecursive returns an estimator with one weight per column, at first 0. It needs 0 < forgetting
// ≤ 1 and prior > 0.
func NewRecursive(columns int, forgetting, prior float64) *Recursive {
	r := &Recursive{
		weights: make([]float64, columns), covariance: make([]float64, columns*columns),
		forgetting: forgetting, gain: make([]float64, columns),
	}
	for j := range columns {
		r.covariance[j*columns+j] = prior
	}
	return r
}

// Update learns from one example. It allocates nothing.
func (r *Recursive) Update(row []float64, target float64) {
	n := len(r.weights)
	spread := r.forgetting
	for i := range n {
		r.gain[i] = 0
		for j, x := range row {
			r.gain[i] += r.covariance[i*n+j] * x
		}
		spread += row[i] * r.gain[i]
	}
	residual := target - r.Predict(row)
	trace := 0.
	for i := range n {
		r.weights[i] += r.gain[i] / spread * residual
		for j := range i + 1 {
			v := (r.covariance[i*n+j] - r.gain[i]*r.gain[j]/spread) / r.forgetting
			r.covariance[i*n+j], r.covariance[j*n+i] = v, v
		}
		trace += r.covariance[i*n+i]
	}
	if trace > mostCovariance {
		for i := range r.covariance {
			r.covariance[i] *= mostCovariance / trace
		}
	}
}

// Predict returns the weighted sum of the features.
func (r *Recursive) Predict(row []float64) float64 {
	sum := 0.
	for j, w := range r.weights {
		sum += w * row[j]
	}
	return sum
}

// RLS regresses each observation on the observations before it and an intercept, by recursive least
// squares with forgetting. It predicts windows further ahead from its own predictions.
type RLS struct {
	lags  int
	model *Recursive
	past  ring
	row   []float64
	most  float64
}

// rlsPrior is the variance of each weight at the start. It is equal to a ridge penalty of 10⁻⁴,
// whose influence soon decays.
const rlsPrior = 1e4

// NewRLS returns a forecaster that regresses on the given number of lags. Forgetting weighs an
// example of age k by forgetting^k.
func NewRLS(lags int, forgetting float64) (*RLS, error) {
	if err := share("rls: forgetting", forgetting); err != nil {
		return nil, err
	}
	if lags < 1 || lags > 256 {
		return nil, fmt.Errorf("rls: lags is %d; it must be between 1 and 256", lags)
	}
	return &RLS{
		lags: lags, model: NewRecursive(lags+1, forgetting, rlsPrior),
		past: newRing(lags), row: make([]float64, lags+1),
	}, nil
}

// String returns for example "rls(3,0.99)".
func (f *RLS) String() string { return fmt.Sprintf("rls(%d,%v)", f.lags, f.model.forgetting) }

// Observe implements Forecaster.
func (f *RLS) Observe(value float64) {
	value = clean(value, f.past.last())
	if f.past.len() == f.lags {
		f.known()
		f.model.Update(f.row, value)
	}
	f.past.add(value)
	f.most = max(f.most, value)
}

// known writes the newest observations and the intercept into the row.
func (f *RLS) known() {
	for lag := range f.lags {
		f.row[lag] = f.past.at(f.lags - 1 - lag)
	}
	f.row[f.lags] = 1
}

// Forecast implements Forecaster. The result is between 0 and 3 times the largest observation so
// far. Forecast returns the last observation while there are fewer than two observations per
// weight.
func (f *RLS) Forecast(steps int) float64 {
	if f.past.count < 2*(f.lags+1) {
		return f.past.last()
	}
	f.known()
	value := 0.
	for range max(1, steps) {
		value = min(max(f.model.Predict(f.row), 0), 3*f.most)
		copy(f.row[1:f.lags], f.row[:f.lags-1])
		f.row[0] = value
	}
	return value
}
