package registry

import (
	"errors"
	"slices"

	"wavetank/policies/allocation"
	"wavetank/policies/allocation/control"
	"wavetank/sim"
)

// Allocator is the choice of an allocator.
type Allocator struct {
	choice[allocators, sim.Allocator]
}

type allocators struct{}

func (allocators) entries() []Entry[sim.Allocator] { return Allocators() }

// Allocators returns the table of allocators. Each is a setting of the stages of
// policies/allocation.
func Allocators() []Entry[sim.Allocator] {
	family := func(rule PlanRule) func() *Staged {
		return func() *Staged { return stagedDefaults(rule) }
	}
	return slices.Concat([]Entry[sim.Allocator]{
		preset("greedy", "Covers the demand step by step with what adds most capacity per price.",
			"Dobson 1982, Wolsey 1982", family("greedy")),
		preset("dp", "Covers the demand at least cost by dynamic programming over whole machines.",
			"knapsack cover, Bellman 1957", family("dp")),
		preset("lp", "Solves the linear relaxation of the allocation problem and rounds it.",
			"Dantzig 1951", family("lp")),
		preset("milp", "Solves the allocation problem as a mixed-integer program over fillings of machines.",
			"Gilmore and Gomory 1961, Land and Doig 1960", family("milp")),
		preset("best", "Plans by the best of greedy, dp, lp and milp; every stage of it can be set.", "", family("best")),
		preset("auto-adjust", "Moves the planned capacity towards the forecast demand by a share of what is missing.",
			"proportional control", autoAdjustDefaults),
		preset("lcp", "Keeps replicas that are not needed until their rent has come to what booting them again costs.",
			"Albers and Quedenfeld 2018, arXiv 1807.05112", controlled("lcp")),
		preset("mpc", "Plans the replicas of the next periods at least cost by the forecast, and does the first step.",
			"receding-horizon control", controlled("mpc")),
		preset("follow", "Runs at once what the demand of the last window needs.", "", followDefaults),
	}, scalers(), []Entry[sim.Allocator]{
		static("static-peak", "Keeps what the highest load of the run needs, known beforehand.", allocation.NewPeakForesight),
		static("static-mean", "Keeps what the mean load of the run needs, known beforehand.", allocation.NewMeanForesight),
		staticBest(), oracle(),
	})
}

func autoAdjustDefaults() *Staged {
	p := stagedDefaults("best")
	p.Forecast, p.Alpha = WithDefaults[Forecaster]("ridge"), control.DefaultAlpha
	return p
}

// controlled returns the defaults of a rule whose own question it is when to give replicas up.
// They hold nothing.
func controlled(rule ControlRule) func() *Staged {
	return func() *Staged {
		p := stagedDefaults("best")
		p.Control, p.Hold, p.KeepLoading = rule, 0, false
		return p
	}
}

func followDefaults() *Staged {
	p := stagedDefaults("best")
	p.Forecast, p.Horizon, p.Hold, p.KeepLoading = WithDefaults[Forecaster]("last"), 1, 0, false
	return p
}

// Static are the parameters of allocators that know the load and keep one fleet.
type Static struct {
	Headroom float64 `yaml:"headroom" doc:"the load is multiplied by it"`
	Planning `yaml:",inline"`
}

func staticDefaults() *Static { return &Static{Headroom: 1, Planning: planningDefaults("best")} }

// foresight makes an estimator that knows the load of the run.
type foresight func(offered func() ([][]float64, error), headroom float64) (*allocation.Foresight, error)

// static returns the entry of a clairvoyant baseline.
func static(name, about string, make foresight) Entry[sim.Allocator] {
	e := tuned(name, about, "", staticDefaults, func(p *Static, ctx Context) (sim.Allocator, error) {
		demand, err := make(ctx.Offered, p.Headroom)
		made, faults := p.Planning.allocator(label(name, differences(p, staticDefaults())...), demand, control.Follow{}, ctx)
		if err := errors.Join(err, faults); err != nil {
			return nil, err
		}
		made.WholeRun = true
		return made, nil
	})
	e.Clairvoyant = true
	return e
}

// PlansClosely reports whether an allocator follows the load with capacity that is simulated, or
// keeps what a search found to suffice. That is close to what replicas can do, so that a queue of
// late requests would hardly end.
func (a *Allocator) PlansClosely() bool {
	switch _, params := a.Chosen(); p := params.(type) {
	case *Staged:
		return p.Capacity == "simulated"
	case *Best:
		return p.Capacity == "simulated"
	case *Oracle:
		return p.Capacity == "simulated"
	}
	return false
}

// AlphaRule returns the rule by which an allocator closes the gap to the demand; false if it
// closes it at once, or in another way.
func (a *Allocator) AlphaRule() (control.AutoAdjustOptions, bool) {
	_, params := a.Chosen()
	p, staged := params.(*Staged)
	if !staged || p.Control != "alpha" {
		return control.AutoAdjustOptions{}, false
	}
	o := p.alphaRule()
	return o, o != control.AutoAdjustOptions{Up: 1, Down: 1}
}
