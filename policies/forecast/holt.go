package forecast

import (
	"errors"
	"fmt"
)

// Holt smooths a level and a trend, and extends the trend.
type Holt struct {
	alpha, beta  float64
	level, trend float64
	seen         int
	last         float64
}

// NewHolt returns a forecaster with smoothing weights alpha for the level and beta for the trend.
// The first two observations set level and trend.
func NewHolt(alpha, beta float64) (*Holt, error) {
	if err := errors.Join(share("holt: alpha", alpha), share("holt: beta", beta)); err != nil {
		return nil, err
	}
	return &Holt{alpha: alpha, beta: beta}, nil
}

// String returns for example "holt(0.5,0.1)".
func (f *Holt) String() string { return fmt.Sprintf("holt(%v,%v)", f.alpha, f.beta) }

// Observe implements Forecaster.
func (f *Holt) Observe(value float64) {
	value = clean(value, f.last)
	f.seen++
	switch f.seen {
	case 1:
		f.level = value
	case 2:
		f.level, f.trend = value, value-f.level
	default:
		before := f.level
		f.level = f.alpha*value + (1-f.alpha)*(f.level+f.trend)
		f.trend = f.beta*(f.level-before) + (1-f.beta)*f.trend
	}
	f.last = value
}

// Forecast implements Forecaster. The trend counts only from the third observation on.
func (f *Holt) Forecast(steps int) float64 {
	if f.seen < 3 {
		return f.last
	}
	return max(0, f.level+float64(max(1, steps))*f.trend)
}
