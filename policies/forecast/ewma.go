package forecast

import "fmt"

// EWMA expects the exponentially weighted mean of all observations.
type EWMA struct {
	alpha, level float64
	seen         bool
}

// NewEWMA returns a forecaster whose newest observation has the weight alpha.
func NewEWMA(alpha float64) (*EWMA, error) {
	if err := share("ewma: alpha", alpha); err != nil {
		return nil, err
	}
	return &EWMA{alpha: alpha}, nil
}

// String returns for example "ewma(0.3)".
func (f *EWMA) String() string { return fmt.Sprintf("ewma(%v)", f.alpha) }

// Observe implements Forecaster.
func (f *EWMA) Observe(value float64) {
	value = clean(value, f.level)
	if !f.seen {
		f.level, f.seen = value, true
		return
	}
	f.level += f.alpha * (value - f.level)
}

// Forecast implements Forecaster.
func (f *EWMA) Forecast(int) float64 { return f.level }
