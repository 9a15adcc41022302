package registry

import (
	"errors"

	"wavetank/policies/allocation"
	"wavetank/policies/allocation/control"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Reference says what a search over the whole experiment has to find for an allocator, before the
// experiment runs.
type Reference int

// The kinds of references. NoReference means that no search is needed.
const (
	NoReference  Reference = iota
	BestConstant           // the cheapest constant fleet that keeps every objective
	BestSchedule           // the cheapest clairvoyant schedule that keeps every objective
)

// Reference returns what a search has to find.
func (a *Allocator) Reference() Reference {
	switch name, _ := a.Chosen(); name {
	case "static-best":
		return BestConstant
	case "oracle":
		return BestSchedule
	}
	return NoReference
}

// Best are the parameters of static-best.
type Best struct {
	Planning `yaml:",inline"`
}

// Oracle are the parameters of oracle.
type Oracle struct {
	Planning `yaml:",inline"`
}

func bestDefaults() *Best     { return &Best{planningDefaults("best")} }
func oracleDefaults() *Oracle { return &Oracle{planningDefaults("best")} }

// staticBest returns the entry of the best constant fleet. If no search has been made, the
// allocator keeps the fleet that the highest load needs.
func staticBest() Entry[sim.Allocator] {
	e := tuned("static-best", "Keeps the cheapest constant fleet that meets every objective on the load of the runs, found by solver and simulation.", "",
		bestDefaults, func(p *Best, ctx Context) (sim.Allocator, error) {
			demand, err := allocation.NewPeakForesight(ctx.Offered, 1)
			made, faults := p.allocator(label("static-best", differences(p, bestDefaults())...), demand, control.Follow{}, ctx)
			if err := errors.Join(err, faults); err != nil {
				return nil, err
			}
			made.WholeRun = true
			if ctx.Constant == nil {
				return made, nil
			}
			return &allocation.Constant{Label: made.Label, Fleet: *ctx.Constant, Place: made.Place}, nil
		})
	e.Clairvoyant = true
	return e
}

// oracle returns the entry of the best clairvoyant schedule. If no search has been made, the
// allocator plans for the true load without hold and headroom.
func oracle() Entry[sim.Allocator] {
	e := tuned("oracle", "Follows the true load of the run, and orders early enough; its hold, headroom and batcher meet every objective at least cost, found by simulation.",
		"right-sizing, Lin et al. 2011", oracleDefaults, func(p *Oracle, ctx Context) (sim.Allocator, error) {
			var s allocation.Allowance
			if ctx.Schedule != nil {
				s = *ctx.Schedule
			}
			stages, faults := p.allocator(label("oracle", differences(p, oracleDefaults())...), nil, control.Follow{}, ctx)
			made, err := allocation.NewScheduled(stages, ctx.offeredIn(), ctx.Period, s)
			if err := errors.Join(err, faults); err != nil {
				return nil, err
			}
			return made, nil
		})
	e.Clairvoyant = true
	return e
}

// offeredIn returns the function of the load in parts of control windows, or nil if the load is not
// known.
func (ctx *Context) offeredIn() func(parts int) ([][]float64, error) {
	if ctx.OfferedIn != nil || ctx.Offered == nil {
		return ctx.OfferedIn
	}
	return func(int) ([][]float64, error) { return ctx.Offered() }
}

// Fits returns the plan of a reference from an empty fleet, for a demand of each model in requests
// per second, on machines that c allows.
func (a *Allocator) Fits(ctx Context, c *fleet.Spec, demand []float64) (allocation.Targets, error) {
	p, ok := a.params.(interface{ planning() *Planning })
	if !ok {
		p = bestDefaults()
	}
	made, err := p.planning().allocator("", nil, control.Follow{}, ctx)
	if err != nil {
		return allocation.Targets{}, err
	}
	return made.Fits(c, demand)
}

func (p *Planning) planning() *Planning { return p }

// Solves reports whether the plans of an allocator are made by a solver. These alone keep to the
// budget and to the accuracies of a scenario.
func (a *Allocator) Solves() bool {
	_, params := a.Chosen()
	p, plans := params.(interface{ planning() *Planning })
	return plans && p.planning().Plan.solves()
}
