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

func (allocators) entries() []Entry[sim.Allocator] {
	return slices.Concat(Allocators(), added.Allocators)
}

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
		preset("auto-adjust", "Moves the planned capacity towards the forecast demand by a share of the gap.",
			"proportional control", autoAdjustDefaults),
		preset("lcp", "Keeps replicas that are not needed until their rent equals the cost of booting them again.",
			"Albers and Quedenfeld 2018, arXiv 1807.05112", controlled("lcp")),
		preset("mpc", "Plans the cheapest replicas for the forecast of the next periods, and carries out the first step.",
			"receding-horizon control", controlled("mpc")),
		preset("follow", "Runs at once what the demand of the last window needs.", "", followDefaults),
	}, scalers(), []Entry[sim.Allocator]{
		static("static-peak", "Keeps the fleet that the highest load of the run needs.", allocation.NewPeakForesight),
		static("static-mean", "Keeps the fleet that the mean load of the run needs.", allocation.NewMeanForesight),
		staticBest(), oracle(), starlarkAllocator(), commandAllocator(), recordedAllocator(),
	})
}

func autoAdjustDefaults() *Staged {
	p := stagedDefaults("best")
	p.Forecast, p.Alpha = WithDefaults[Forecaster]("level-ridge"), control.DefaultAlpha
	return p
}

// controlled returns the defaults of a control rule that decides by itself when to give replicas
// up. They have no hold.
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
	p.UseSpare, p.ErrorBudget = false, 1
	return p
}

// Static are the parameters of allocators that know the load of the run and keep one fleet.
type Static struct {
	Headroom float64 `yaml:"headroom" doc:"factor on the load"`
	Planning `yaml:",inline"`
}

func staticDefaults() *Static { return &Static{Headroom: 1, Planning: planningDefaults("best")} }

// foresight is a constructor of an estimator that knows the load of the run.
type foresight func(offered func() ([][]float64, error), headroom float64) (*allocation.Foresight, error)

// static returns the entry of an allocator that keeps one fleet for a known load.
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

// PlansClosely reports whether an allocator plans with little spare capacity: it counts simulated
// capacity, or keeps a fleet that a search found to be just enough. Then a queue of late requests
// would hardly ever become empty.
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

// AlphaRule returns the rule by which an allocator closes the gap to the demand. It returns false
// if the allocator closes the gap at once, or in another way.
func (a *Allocator) AlphaRule() (control.AutoAdjustOptions, bool) {
	_, params := a.Chosen()
	p, staged := params.(*Staged)
	if !staged || p.Control != "alpha" {
		return control.AutoAdjustOptions{}, false
	}
	o := p.alphaRule()
	return o, o != control.AutoAdjustOptions{Up: 1, Down: 1}
}
