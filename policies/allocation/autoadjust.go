package allocation

import (
	"errors"
	"fmt"

	"wavetank/sim"
)

// AutoAdjust moves a planned capacity per model towards the forecast demand by a share alpha of what is missing,
// r ← r + alpha·(d − r), starting at the first demand, and provides it from the deployments with the lowest price
// per capacity: min(resources, demand) where the limits do not allow all of it. With a constant demand it
// converges for 0 < alpha < 2, without overshoot for alpha ≤ 1.
type AutoAdjust struct {
	alpha float64
	estimate
	planned []float64 // per model, requests per second
}

// DefaultAlpha is the share that AutoAdjust closes of a gap unless told otherwise.
const DefaultAlpha = 0.3

// NewAutoAdjust returns the scaler; alpha is within (0, 2).
func NewAutoAdjust(alpha float64, o Options) (*AutoAdjust, error) {
	err := o.validate()
	if !(alpha > 0 && alpha < 2) {
		err = errors.Join(fmt.Errorf("alpha: %v is outside (0, 2)", alpha), err)
	}
	if err != nil {
		return nil, err
	}
	return &AutoAdjust{alpha: alpha, estimate: newEstimate(o)}, nil
}

// Scale implements Scaler.
func (a *AutoAdjust) Scale(v *sim.View) (Targets, error) {
	demand := a.demand(v)
	if a.planned == nil {
		a.planned = append([]float64(nil), demand...)
	}
	for m, d := range demand {
		a.planned[m] = max(0, adjust(a.planned[m], d, a.alpha))
	}
	p := Problem(v, demand, a.Deployment)
	order := cheapest(p)
	replicas := fill(p, order, a.planned)
	keep(p, order, replicas, a.MinReplicas)
	return a.told(targets(v, replicas, demand)), nil
}

// adjust moves a plan towards its demand by the share alpha of what is missing: r + alpha·(d − r).
// Repeated on a constant demand it converges for 0 < alpha < 2, without overshoot for alpha ≤ 1.
// Where it sees its own actions n steps later, it converges for 0 < alpha < 2·sin(π/(2(2n+1))).
func adjust(planned, demand, alpha float64) float64 { return planned + alpha*(demand-planned) }

// told leaves in the shortfall only what the limits are the reason for, not the gap that is closed step by step.
func (a *AutoAdjust) told(t Targets) Targets {
	for m, short := range shortfall(a.planned, t.Capacity) {
		t.Shortfall[m] = min(t.Shortfall[m], short)
	}
	return t
}

// String names the forecaster and alpha, for example "auto-adjust(ridge, 0.3)".
func (a *AutoAdjust) String() string {
	parts := a.parts()
	return label("auto-adjust", append([]string{parts[0], fmt.Sprint(a.alpha)}, parts[1:]...)...)
}
