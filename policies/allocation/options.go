package allocation

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Forecaster predicts a series of numbers one at a time.
type Forecaster interface {
	Observe(value float64)
	Forecast(steps int) float64
}

// Options is what scalers that follow a demand have in common, so that they differ in how they decide and
// not in what they know.
type Options struct {
	Forecaster  func() Forecaster // makes one per model; nil: the last window's offered rate
	Label       string            // of the forecaster, where a scaler's label should name it
	Horizon     int               // windows that the forecast looks ahead
	Headroom    float64           // the forecast is multiplied by it
	MinReplicas int               // of each model, idle or not
	Deployment  string            // only deployments whose name contains this, as Deployment.Matches tells
}

// DefaultOptions plan for the last window's offered rate with one replica per model at least.
func DefaultOptions() Options { return Options{Horizon: 1, Headroom: 1, MinReplicas: 1} }

// mostKept bounds MinReplicas and Horizon.
const mostKept = 10_000

func (o Options) validate() error {
	var faults []error
	if !(o.Headroom > 0) || math.IsInf(o.Headroom, 0) {
		faults = append(faults, fmt.Errorf("headroom: %v is not a positive number", o.Headroom))
	}
	if o.Horizon < 1 || o.Horizon > mostKept {
		faults = append(faults, fmt.Errorf("horizon: %d is outside [1, %d]", o.Horizon, mostKept))
	}
	if o.MinReplicas < 0 || o.MinReplicas > mostKept {
		faults = append(faults, fmt.Errorf("min-replicas: %d is outside [0, %d]", o.MinReplicas, mostKept))
	}
	return errors.Join(faults...)
}

// parts returns what differs from the defaults, for a label.
func (o Options) parts() []string {
	parts := []string{o.Label}
	if o.Horizon != 1 {
		parts = append(parts, fmt.Sprintf("horizon %d", o.Horizon))
	}
	if o.Headroom != 1 {
		parts = append(parts, fmt.Sprintf("headroom %v", o.Headroom))
	}
	if o.MinReplicas != 1 {
		parts = append(parts, fmt.Sprintf("min-replicas %d", o.MinReplicas))
	}
	if o.Deployment != "" {
		parts = append(parts, "deployment "+o.Deployment)
	}
	return parts
}

// label is a name with what is to be told about it.
func label(name string, parts ...string) string {
	told := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			told = append(told, p)
		}
	}
	if len(told) == 0 {
		return name
	}
	return name + "(" + strings.Join(told, ", ") + ")"
}

// estimate is the demand estimate of one run: a forecaster per model, fed with every window once.
type estimate struct {
	Options
	forecasters []Forecaster
	seen        kernel.Time // end of the last window that was fed
}

func newEstimate(o Options) estimate { return estimate{Options: o, seen: kernel.Time(math.MinInt64)} }

// demand returns what to plan for, per model in requests per second.
func (e *estimate) demand(v *sim.View) []float64 {
	w := v.Window()
	demand := make([]float64, len(w.Models))
	if e.Forecaster != nil && e.forecasters == nil {
		e.forecasters = make([]Forecaster, len(demand))
		for m := range e.forecasters {
			e.forecasters[m] = e.Forecaster()
		}
	}
	for m := range demand {
		rate := w.Rate(fleet.ModelID(m))
		if e.Forecaster != nil {
			if w.End > e.seen {
				e.forecasters[m].Observe(rate)
			}
			rate = e.forecasters[m].Forecast(e.Horizon)
		}
		if rate > 0 { // not for NaN either
			demand[m] = rate * e.Headroom
		}
	}
	e.seen = w.End
	return demand
}
