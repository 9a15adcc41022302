package registry

import (
	"errors"
	"fmt"

	"wavetank/policies/allocation"
	"wavetank/policies/forecast"
	"wavetank/policies/optimize"
	"wavetank/sim"
)

// Allocator is the choice of an allocator.
type Allocator struct {
	choice[allocators, sim.Allocator]
}

type allocators struct{}

func (allocators) entries() []Entry[sim.Allocator] { return Allocators() }

// Placer is the choice of a placer.
type Placer struct {
	choice[placers, allocation.Placer]
}

type placers struct{}

func (placers) entries() []Entry[allocation.Placer] { return Placers() }

// Placers returns the table of placers.
func Placers() []Entry[allocation.Placer] {
	return []Entry[allocation.Placer]{
		plain("best-fit", "Places replicas where least is left free, large ones first.", "",
			func() allocation.Placer { return allocation.BestFit{} }),
		plain("first-fit", "Places replicas on the oldest machine with room, large ones first.", "",
			func() allocation.Placer { return allocation.FirstFit{} }),
		plain("first-start", "Places like best-fit, but begins MIG slices at the lowest memory slot, not the highest.", "",
			func() allocation.Placer { return allocation.FirstStart{} }),
	}
}

// Allocators returns the table of allocators.
func Allocators() []Entry[sim.Allocator] {
	return []Entry[sim.Allocator]{
		solved("greedy", "Covers the demand step by step with what adds most capacity per price.",
			"Dobson 1982, Wolsey 1982", optimize.GreedyCover{}),
		solved("dp", "Covers the demand at least cost by dynamic programming over whole machines.",
			"knapsack cover, Bellman 1957", optimize.DP{}),
		solved("lp", "Solves the linear relaxation of the allocation problem and rounds it.",
			"Dantzig 1951", optimize.LP{}),
		tuned("auto-adjust", "Moves the planned capacity towards the forecast demand by a share of what is missing.",
			"proportional control", autoAdjustDefaults,
			func(p *AutoAdjust, ctx Context) (sim.Allocator, error) {
				o, err := p.options(ctx, true)
				return p.compose(func() (allocation.Scaler, error) { return allocation.NewAutoAdjust(p.Alpha, o) }, ctx, err)
			}),
		tuned("follow", "Runs at once what the demand needs of each model's cheapest deployment.", "",
			followingDefaults,
			func(p *Following, ctx Context) (sim.Allocator, error) {
				o, err := p.options(ctx, false)
				return p.compose(func() (allocation.Scaler, error) { return allocation.NewFollow(o) }, ctx, err)
			}),
		tuned("hpa", "Scales each model by its replicas' utilization, as the horizontal pod autoscaler does.",
			"Kubernetes autoscaling/v2", hpaDefaults,
			func(p *HPA, ctx Context) (sim.Allocator, error) {
				return p.compose(func() (allocation.Scaler, error) {
					return allocation.NewHPA(allocation.HPAOptions{
						Target: p.Target, Tolerance: p.Tolerance, MinReplicas: p.MinReplicas, MaxReplicas: p.MaxReplicas, Deployment: p.Deployment,
					})
				}, ctx, nil)
			}),
		static("static-peak", "Keeps what the highest load of the run needs, known beforehand.", allocation.NewStaticPeak),
		static("static-mean", "Keeps what the mean load of the run needs, known beforehand.", allocation.NewStaticMean),
	}
}

// solved returns the entry of a solver.
func solved(name, about, source string, s optimize.Solver) Entry[sim.Allocator] {
	return tuned(name, about, source, solvingDefaults, func(p *Solving, ctx Context) (sim.Allocator, error) {
		o, err := p.options(ctx, false)
		return p.compose(func() (allocation.Scaler, error) { return allocation.NewSolved(s, p.Switching, o) }, ctx, err)
	})
}

// static returns the entry of a clairvoyant baseline.
func static(name, about string, make func(func() ([][]float64, error), allocation.Options) (*allocation.Static, error)) Entry[sim.Allocator] {
	e := tuned(name, about, "Erlang 1917", staticDefaults, func(p *Static, ctx Context) (sim.Allocator, error) {
		o := allocation.Options{Horizon: 1, Headroom: p.Headroom, MinReplicas: p.MinReplicas, Deployment: p.Deployment}
		return p.compose(func() (allocation.Scaler, error) { return make(ctx.Offered, o) }, ctx, nil)
	})
	e.Clairvoyant = true
	return e
}

// Placing are the parameters of every allocator.
type Placing struct {
	MinReplicas int    `yaml:"min-replicas" doc:"replicas of each model that are kept, idle or not"`
	Deployment  string `yaml:"deployment" doc:"use only deployments whose name contains this, in whole words"`
	Placer      Placer `yaml:"placer" doc:"where replicas are placed"`
}

// Following are the parameters of allocators that follow a demand.
type Following struct {
	Forecast Forecaster `yaml:"forecast" doc:"what demand is planned for"`
	Horizon  int        `yaml:"horizon" doc:"control periods that the forecast looks ahead"`
	Margin   float64    `yaml:"margin" doc:"plan for this quantile of the forecast, by its past errors, in (0, 1); 0: for the forecast itself"`
	Headroom float64    `yaml:"headroom" doc:"the forecast is multiplied by it"`
	Placing  `yaml:",inline"`
}

// Solving are the parameters of allocators that solve the whole allocation problem.
type Solving struct {
	Switching float64 `yaml:"switching" doc:"weight of what the boot and load time of an added replica costs; 0 lets plans change freely"`
	Following `yaml:",inline"`
}

// AutoAdjust are the parameters of auto-adjust.
type AutoAdjust struct {
	Alpha     float64 `yaml:"alpha" doc:"share of the missing capacity that is added in a period, in (0, 2)"`
	Following `yaml:",inline"`
}

// HPA are the parameters of hpa.
type HPA struct {
	Target      float64 `yaml:"target" doc:"mean utilization of the replicas that is kept, in (0, 1]"`
	Tolerance   float64 `yaml:"tolerance" doc:"relative deviation from the target that changes nothing"`
	MaxReplicas int     `yaml:"max-replicas" doc:"most replicas of each model; 0: what the limits allow"`
	Placing     `yaml:",inline"`
}

// Static are the parameters of static-peak and static-mean.
type Static struct {
	Headroom float64 `yaml:"headroom" doc:"the load is multiplied by it"`
	Placing  `yaml:",inline"`
}

// Only returns the text that deployments must match to be used; "" where all may be.
func (p *Placing) Only() string { return p.Deployment }

func placingDefaults() Placing { return Placing{MinReplicas: 1, Placer: chosen[Placer]("best-fit")} }

func followingDefaults() *Following {
	return &Following{Forecast: chosen[Forecaster]("last"), Horizon: 1, Headroom: 1, Placing: placingDefaults()}
}

func solvingDefaults() *Solving {
	return &Solving{Switching: allocation.DefaultSwitching, Following: *followingDefaults()}
}

func autoAdjustDefaults() *AutoAdjust {
	p := &AutoAdjust{Alpha: allocation.DefaultAlpha, Following: *followingDefaults()}
	p.Forecast = chosen[Forecaster]("ridge")
	return p
}

func hpaDefaults() *HPA {
	o := allocation.DefaultHPAOptions()
	return &HPA{Target: o.Target, Tolerance: o.Tolerance, Placing: placingDefaults()}
}

func staticDefaults() *Static { return &Static{Headroom: 1, Placing: placingDefaults()} }

// options returns what scalers take of the parameters. The forecaster is named where it is not the default one,
// or always.
func (p *Following) options(ctx Context, always bool) (allocation.Options, error) {
	o := allocation.Options{Horizon: p.Horizon, Headroom: p.Headroom, MinReplicas: p.MinReplicas, Deployment: p.Deployment}
	if _, err := p.Forecast.New(ctx); err != nil {
		return o, within("forecast", err)
	}
	if _, err := p.forecaster(ctx); err != nil {
		return o, err
	}
	label := p.Forecast.Label()
	if p.Margin != 0 {
		label = fmt.Sprintf("%s+q%v", label, p.Margin)
	}
	if always || label != "last" {
		o.Label = label
	}
	o.Forecaster = func() allocation.Forecaster {
		f, _ := p.forecaster(ctx) // was made before from the same parameters
		return f
	}
	return o, nil
}

// forecaster makes the forecaster chosen, with its margin.
func (p *Following) forecaster(ctx Context) (forecast.Forecaster, error) {
	f, err := p.Forecast.New(ctx)
	if err != nil || p.Margin == 0 {
		return f, err
	}
	return forecast.NewMargin(f, p.Margin, max(1, p.Horizon))
}

// compose makes an allocator of a scaler and the placer chosen, and joins the faults of both with those before.
func (p *Placing) compose(scaler func() (allocation.Scaler, error), ctx Context, before error) (sim.Allocator, error) {
	s, err := scaler()
	placer, wrong := p.Placer.New(ctx)
	if err := errors.Join(before, err, within("placer", wrong)); err != nil {
		return nil, err
	}
	return allocation.Compose(s, placer), nil
}
