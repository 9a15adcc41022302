package control

import (
	"fmt"
	"slices"

	"wavetank/policies/allocation"
)

// AutoAdjust moves a planned capacity per model towards the demand by a share alpha of what is
// missing, r ← r + alpha·(d − r), starting at the first demand. What it moves is its own plan, not
// the capacity that is ready. It is for one run.
type AutoAdjust struct {
	alpha   float64
	planned []float64 // per model, requests per second
}

// DefaultAlpha is the share that AutoAdjust closes of a gap unless told otherwise.
const DefaultAlpha = 0.3

// NewAutoAdjust returns the controller; alpha is within (0, 2).
func NewAutoAdjust(alpha float64) (*AutoAdjust, error) {
	if !(alpha > 0 && alpha < 2) {
		return nil, fmt.Errorf("alpha: %v is outside (0, 2)", alpha)
	}
	return &AutoAdjust{alpha: alpha}, nil
}

// Control implements allocation.Controller.
func (a *AutoAdjust) Control(s *allocation.Situation) allocation.Wanted {
	if a.planned == nil {
		a.planned = slices.Clone(s.Demand)
	}
	for m, d := range s.Demand {
		a.planned[m] = max(0, adjust(a.planned[m], d, a.alpha))
	}
	return allocation.Wanted{Amount: a.planned}
}

// adjust moves a plan towards its demand by the share alpha of what is missing: r + alpha·(d − r).
// Repeated on a constant demand it converges for 0 < alpha < 2, without overshoot for alpha ≤ 1.
// Where it sees its own actions n steps later, it converges for 0 < alpha < 2·sin(π/(2(2n+1))).
func adjust(planned, demand, alpha float64) float64 { return planned + alpha*(demand-planned) }

// Unserved implements allocation.Controller: only what the limits are the reason for, not the gap
// that is closed step by step.
func (a *AutoAdjust) Unserved(demand, planned []float64) []float64 {
	short := allocation.Shortfall(demand, planned)
	for m, s := range allocation.Shortfall(a.planned, planned) {
		short[m] = min(short[m], s)
	}
	return short
}
