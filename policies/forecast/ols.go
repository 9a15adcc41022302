package forecast

import "fmt"

// OLS extends the straight line of least squares through the last observations.
type OLS struct{ past ring }

// NewOLS returns a forecaster that fits the line to the last n observations.
func NewOLS(n int) (*OLS, error) {
	if err := window("ols: window", n, 2); err != nil {
		return nil, err
	}
	return &OLS{newRing(n)}, nil
}

// String returns for example "ols(10)".
func (f *OLS) String() string { return fmt.Sprintf("ols(%d)", cap(f.past.values)) }

// Observe implements Forecaster.
func (f *OLS) Observe(value float64) { f.past.add(clean(value, f.past.last())) }

// Forecast implements Forecaster. It fits the line to at least three observations, or two if the
// window is 2. Before that, it returns the last observation.
func (f *OLS) Forecast(steps int) float64 {
	n := f.past.len()
	if n < min(3, cap(f.past.values)) {
		return f.past.last()
	}
	intercept, slope := f.line()
	return max(0, intercept+slope*float64(n-1+max(1, steps)))
}

// line returns the fitted line, where the observations have the abscissas 0, 1, 2, …, oldest first.
func (f *OLS) line() (intercept, slope float64) {
	n := f.past.len()
	middle, average := float64(n-1)/2, mean(f.past.values)
	var xy, xx float64
	for i := range n {
		d := float64(i) - middle
		xy += d * (f.past.at(i) - average)
		xx += d * d
	}
	slope = xy / xx
	return average - slope*middle, slope
}
