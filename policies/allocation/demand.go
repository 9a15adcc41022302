package allocation

import (
	"errors"
	"fmt"
	"math"
	"time"

	"wavetank/policies/forecast"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// DemandOptions are the parameters of Expect.
type DemandOptions struct {
	Forecaster func() forecast.Forecaster // called once per model; nil: expect the last rate
	Horizon    int                        // windows that the forecast looks ahead, or Lead
	Headroom   float64                    // factor on the present level and on the forecast
	Backlog    bool                       // add the waiting requests, to be served within the lead
	Capacity   Capacity                   // capacity that plans count with; nil: Planned
	Failed     func() error               // the first failure of a forecaster; nil: none ever fails
}

// Lead is the value of Horizon for plans that look ahead until an order made now serves. The
// forecast is then the largest of the next ⌈(boot + load)/period⌉ + 1 windows.
const Lead = 0

// DefaultDemandOptions plan for the last window's offered rate.
func DefaultDemandOptions() DemandOptions { return DemandOptions{Horizon: 1, Headroom: 1} }

// MostKept is the largest allowed horizon and the largest allowed minimum of replicas.
const MostKept = 10_000

// Expect estimates the demand of each model. Each model has its own forecaster, which sees the
// offered rate of every finished window once. An Expect serves one run.
type Expect struct {
	DemandOptions
	forecasters []forecast.Forecaster
	levels      []*forecast.Level
	mixes       []mix
	spec        *fleet.Spec
	lead        []time.Duration // per model
	seen        kernel.Time     // end of the last window that the forecasters saw
}

// NewExpect returns the estimator.
func NewExpect(o DemandOptions) (*Expect, error) {
	err := checkHeadroom(o.Headroom)
	if o.Horizon < Lead || o.Horizon > MostKept {
		err = errors.Join(err, fmt.Errorf("horizon: %d is outside [1, %d]", o.Horizon, MostKept))
	}
	if err != nil {
		return nil, err
	}
	return &Expect{DemandOptions: o, seen: kernel.Time(math.MinInt64)}, nil
}

// Estimate implements Estimator.
func (e *Expect) Estimate(v *sim.View) (Demands, error) {
	w := v.Window()
	if e.levels == nil {
		if err := e.begin(v); err != nil {
			return Demands{}, err
		}
	}
	demand := Demands{Level: make([]float64, len(w.Models)), Load: make([]float64, len(w.Models)), Dispersion: make([]float64, len(w.Models))}
	if e.Backlog {
		demand.Backlog = make([]float64, len(w.Models))
	}
	for m := range demand.Load {
		fresh := w.End > e.seen // a request may wake the allocator again within a period
		if fresh {
			e.mixes[m].observe(w)
		}
		rate := e.mixes[m].rate(w)
		if fresh {
			e.levels[m].Observe(rate)
			if e.Forecaster != nil {
				e.forecasters[m].Observe(rate)
			}
		}
		demand.Level[m] = e.levels[m].Present() * e.Headroom
		demand.Dispersion[m] = e.levels[m].Dispersion()
		if e.Forecaster != nil {
			rate = e.ahead(v, m)
		}
		if rate > 0 { // false for NaN, too
			demand.Load[m] = rate * e.Headroom
		}
		if e.Backlog {
			within := max(e.lead[m], v.Period(), time.Second)
			demand.Backlog[m] = float64(v.Waiting(fleet.ModelID(m))) * e.mixes[m].ratio / within.Seconds()
		}
	}
	e.seen = max(e.seen, w.End)
	if e.Failed != nil {
		if err := e.Failed(); err != nil {
			return demand, err
		}
	}
	if e.Forecaster != nil {
		demand.Ahead = func(m, k int) float64 { return max(0, e.forecasters[m].Forecast(k)*e.Headroom) }
	}
	return demand, nil
}

// Ratio returns as how many requests of the planned length a request of the model counts, if the
// requests are as long as those that arrived lately. It is 1 for models without tokens. w is the
// last window that Estimate saw.
func (e *Expect) Ratio(m fleet.ModelID, w *sim.Window) float64 { return e.mixes[m].counts(w) }

// begin sets up the state of each model.
func (e *Expect) begin(v *sim.View) error {
	c := v.Spec()
	n := len(c.Models)
	e.spec = c
	e.levels, e.forecasters, e.mixes, e.lead = make([]*forecast.Level, n), make([]forecast.Forecaster, n), make([]mix, n), make([]time.Duration, n)
	for m := range n {
		e.levels[m] = forecast.NewLevel(v.Period())
		var err error
		if e.mixes[m], err = newMix(c, fleet.ModelID(m), e.Capacity); err != nil {
			return err
		}
		if e.Forecaster != nil {
			e.forecasters[m] = e.Forecaster()
		}
	}
	for d := range c.Deployments {
		m := c.Deployments[d].Model
		e.lead[m] = max(e.lead[m], c.Lead(fleet.DeploymentID(d)))
	}
	return nil
}

// ahead returns the forecast of a model at the horizon, in requests per second.
func (e *Expect) ahead(v *sim.View, m int) float64 {
	if e.Horizon != Lead {
		return e.forecasters[m].Forecast(e.Horizon)
	}
	steps, most := 1, 0.
	if v.Period() > 0 {
		steps += int(math.Ceil(e.lead[m].Seconds() / v.Period().Seconds()))
	}
	for k := 1; k <= min(steps, MostKept); k++ {
		most = max(most, e.forecasters[m].Forecast(k))
	}
	return most
}

func checkHeadroom(headroom float64) error {
	if !(headroom > 0) || math.IsInf(headroom, 0) {
		return fmt.Errorf("headroom: %v is not a positive number", headroom)
	}
	return nil
}
