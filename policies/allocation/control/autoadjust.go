package control

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"wavetank/policies/allocation"
	"wavetank/sim/fleet"
)

// AutoAdjust moves the planned capacity r of each model towards its demand d by a share α of the
// gap: r ← r + α(d − r). It starts at the first demand. Capacity to work off a backlog is
// added at once, outside the rule. An AutoAdjust serves one run.
type AutoAdjust struct {
	AutoAdjustOptions
	planned []float64 // per model, requests per second
}

// AutoAdjustOptions are the parameters of AutoAdjust.
type AutoAdjustOptions struct {
	Up   float64 // α if the demand is above the planned capacity; above 1 the rule overshoots
	Down float64 // α if the demand is below the planned capacity

	// Ready measures the gap from the ready capacity instead of the planned capacity. Ordered
	// capacity becomes ready later, so the rule sees the effect of its actions after a dead time
	// (StableBelow).
	Ready bool
}

// mostAlpha is the largest allowed α. It is far above 2, the limit of stability, so that runs can
// show an unstable rule.
const mostAlpha = 100

// StableBelow returns the α below which r ← r + α(d − r) settles. Orders take effect after
// the dead time τ, in periods. If the rule measures the gap from the ready capacity, the result is
// 2·sin(π/(2(2τ+1))). If it measures the gap from its own plan, there is no dead time, and the
// result is 2. The formula assumes that capacity goes away after the same dead time as it comes. A
// rule whose surplus goes away at once overshoots, but settles.
func (o AutoAdjustOptions) StableBelow(deadTime int) float64 {
	if !o.Ready {
		deadTime = 0
	}
	return 2 * math.Sin(math.Pi/(2*(2*float64(deadTime)+1)))
}

// DefaultAlpha is the default share of a gap that AutoAdjust closes in a period.
const DefaultAlpha = 0.9

// NewAutoAdjust returns the controller.
func NewAutoAdjust(o AutoAdjustOptions) (*AutoAdjust, error) {
	var faults []error
	check := func(name string, alpha float64) {
		if !(alpha > 0 && alpha <= mostAlpha) {
			faults = append(faults, fmt.Errorf("%s: %v is outside (0, %v]", name, alpha, mostAlpha))
		}
	}
	check("alpha", o.Up)
	if o.Down != o.Up {
		check("alpha-down", o.Down)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return &AutoAdjust{AutoAdjustOptions: o}, nil
}

// Control implements allocation.Controller.
func (a *AutoAdjust) Control(s *allocation.Situation) allocation.Wanted {
	if a.planned == nil {
		a.planned = slices.Clone(s.Demand.Load)
	}
	seen := a.planned
	if a.Ready && s.View.Active() > 0 { // not for the first fleet
		seen = ready(s)
	}
	amount := make([]float64, len(a.planned))
	for m, d := range s.Demand.Load {
		alpha := a.Up
		if d < seen[m] {
			alpha = a.Down
		}
		a.planned[m] = max(0, a.planned[m]+gap(seen[m], d, alpha))
		amount[m] = a.planned[m]
		if s.Demand.Backlog != nil {
			amount[m] += s.Demand.Backlog[m]
		}
	}
	return allocation.Wanted{Amount: amount}
}

// gap returns the change α(d − r) of the capacity r for the demand d. Repeated changes converge
// for 0 < α < 2, and do not overshoot for α ≤ 1.
func gap(capacity, demand, alpha float64) float64 { return alpha * (demand - capacity) }

// ready returns per model the planned capacity of the replicas that are ready.
func ready(s *allocation.Situation) []float64 {
	total := make([]float64, len(s.Demand.Load))
	for d := range s.Problem.Configurations {
		c := &s.Problem.Configurations[d]
		total[c.Model] += c.Capacity * float64(s.View.Count(fleet.DeploymentID(d)).Ready)
	}
	return total
}

// Unserved implements allocation.Controller. It counts only the demand that the limits leave
// unserved, not the gap that the rule closes step by step.
func (a *AutoAdjust) Unserved(demand, planned []float64) []float64 {
	short := allocation.Shortfall(demand, planned)
	for m, s := range allocation.Shortfall(a.planned, planned) {
		short[m] = min(short[m], s)
	}
	return short
}
