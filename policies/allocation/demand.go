package allocation

import (
	"errors"
	"fmt"
	"math"

	"wavetank/policies/forecast"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// DemandOptions are the parameters of Forecast.
type DemandOptions struct {
	Forecaster func() forecast.Forecaster // one per model; nil: expect the last window's rate
	Horizon    int                        // windows that the forecast looks ahead
	Headroom   float64                    // the forecast is multiplied by it
}

// DefaultDemandOptions plan for the last window's offered rate.
func DefaultDemandOptions() DemandOptions { return DemandOptions{Horizon: 1, Headroom: 1} }

// MostKept is the largest value of a horizon and of a least number of replicas.
const MostKept = 10_000

// Forecast estimates the demand of each model by a forecaster of its own, which is fed the rate
// offered in every finished window once. It is for one run.
type Forecast struct {
	DemandOptions
	forecasters []forecast.Forecaster
	seen        kernel.Time // end of the last window that was fed
}

// NewForecast returns the estimator.
func NewForecast(o DemandOptions) (*Forecast, error) {
	err := checkHeadroom(o.Headroom)
	if o.Horizon < 1 || o.Horizon > MostKept {
		err = errors.Join(err, fmt.Errorf("horizon: %d is outside [1, %d]", o.Horizon, MostKept))
	}
	if err != nil {
		return nil, err
	}
	return &Forecast{DemandOptions: o, seen: kernel.Time(math.MinInt64)}, nil
}

// Estimate implements Estimator.
func (f *Forecast) Estimate(v *sim.View) ([]float64, error) {
	w := v.Window()
	demand := make([]float64, len(w.Models))
	if f.Forecaster != nil && f.forecasters == nil {
		f.forecasters = make([]forecast.Forecaster, len(demand))
		for m := range f.forecasters {
			f.forecasters[m] = f.Forecaster()
		}
	}
	for m := range demand {
		rate := w.Rate(fleet.ModelID(m))
		if f.Forecaster != nil {
			if w.End > f.seen {
				f.forecasters[m].Observe(rate)
			}
			rate = f.forecasters[m].Forecast(f.Horizon)
		}
		if rate > 0 { // not for NaN either
			demand[m] = rate * f.Headroom
		}
	}
	f.seen = w.End
	return demand, nil
}

func checkHeadroom(headroom float64) error {
	if !(headroom > 0) || math.IsInf(headroom, 0) {
		return fmt.Errorf("headroom: %v is not a positive number", headroom)
	}
	return nil
}
