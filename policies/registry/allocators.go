package registry

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"wavetank/policies/allocation"
	"wavetank/policies/allocation/control"
	"wavetank/policies/allocation/place"
	"wavetank/policies/allocation/plan"
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
	type made = allocation.Placer
	return []Entry[made]{
		plain("best-fit", "Places replicas where least is left free, large ones first.", "",
			func() made { return place.BestFit{} }),
		plain("first-fit", "Places replicas on the oldest machine with room, large ones first.", "",
			func() made { return place.FirstFit{} }),
		plain("first-start", "Places like best-fit, but begins MIG slices at the lowest memory slot, not the highest.", "",
			func() made { return place.FirstStart{} }),
	}
}

// Allocators returns the table of allocators. Each line names the control and the plan of one; what
// load it plans for and the placer are its parameters.
func Allocators() []Entry[sim.Allocator] {
	return []Entry[sim.Allocator]{
		solved("greedy", "Covers the demand step by step with what adds most capacity per price.",
			"Dobson 1982, Wolsey 1982", optimize.GreedyCover{}),
		solved("dp", "Covers the demand at least cost by dynamic programming over whole machines.",
			"knapsack cover, Bellman 1957", optimize.DP{}),
		solved("lp", "Solves the linear relaxation of the allocation problem and rounds it.",
			"Dantzig 1951", optimize.LP{}),
		tuned("auto-adjust", "Moves the planned capacity towards the forecast demand by a share of what is missing.",
			"proportional control", autoAdjustDefaults, newAutoAdjust),
		controlled("follow", "Runs at once what the demand needs of each model's cheapest deployment.", "",
			func() allocation.Controller { return control.Follow{} }),
		tuned("hpa", "Scales each model by its replicas' utilization, as the horizontal pod autoscaler does.",
			"Kubernetes autoscaling/v2", hpaDefaults, newHPA),
		static("static-peak", "Keeps what the highest load of the run needs, known beforehand.", allocation.NewPeakForesight),
		static("static-mean", "Keeps what the mean load of the run needs, known beforehand.", allocation.NewMeanForesight),
	}
}

// solved returns the entry of a solver.
func solved(name, about, source string, s optimize.Solver) Entry[sim.Allocator] {
	return tuned(name, about, source, solvingDefaults, func(p *Solving, ctx Context) (sim.Allocator, error) {
		demand, err := p.demand(ctx)
		planner, wrong := plan.NewSolved(s, p.Switching, p.MinReplicas)
		parts := append(p.parts("last"), differs("switching", p.Switching, plan.DefaultSwitching))
		stages := allocation.Stages{Label: label(name, parts...), Demand: demand, Control: control.Follow{}, Plan: planner}
		return p.compose(stages, ctx, err, wrong)
	})
}

// controlled returns the entry of a controller without parameters, which plans the cheapest first.
func controlled(name, about, source string, make func() allocation.Controller) Entry[sim.Allocator] {
	return tuned(name, about, source, followingDefaults, func(p *Following, ctx Context) (sim.Allocator, error) {
		demand, err := p.demand(ctx)
		planner, wrong := plan.NewCheapestFirst(p.MinReplicas)
		stages := allocation.Stages{Label: label(name, p.parts("last")...), Demand: demand, Control: make(), Plan: planner}
		return p.compose(stages, ctx, err, wrong)
	})
}

func newAutoAdjust(p *AutoAdjust, ctx Context) (sim.Allocator, error) {
	controller, wrong := control.NewAutoAdjust(p.Alpha)
	demand, err := p.demand(ctx)
	planner, faulty := plan.NewCheapestFirst(p.MinReplicas)
	parts := p.parts("")
	parts = slices.Insert(parts, 1, fmt.Sprint(p.Alpha))
	stages := allocation.Stages{Label: label("auto-adjust", parts...), Demand: demand, Control: controller, Plan: planner}
	return p.compose(stages, ctx, wrong, err, faulty)
}

func newHPA(p *HPA, ctx Context) (sim.Allocator, error) {
	controller, wrong := control.NewHPA(control.HPAOptions{
		Target: p.Target, Tolerance: p.Tolerance, MinReplicas: p.MinReplicas, MaxReplicas: p.MaxReplicas,
	})
	demand, err := allocation.NewForecast(allocation.DefaultDemandOptions())
	planner, _ := plan.NewCheapestFirst(p.MinReplicas) // the controller has checked the number
	standard := control.DefaultHPAOptions()
	text := label("hpa", differs("target", p.Target, standard.Target), differs("tolerance", p.Tolerance, standard.Tolerance),
		differs("min-replicas", p.MinReplicas, standard.MinReplicas), differs("max-replicas", p.MaxReplicas, 0),
		differs("deployment", p.Deployment, ""))
	stages := allocation.Stages{Label: text, Demand: demand, Control: controller, Plan: planner}
	return p.compose(stages, ctx, wrong, err)
}

// foresight makes an estimator that knows the load of the run.
type foresight func(offered func() ([][]float64, error), headroom float64) (*allocation.Foresight, error)

// static returns the entry of a clairvoyant baseline.
func static(name, about string, make foresight) Entry[sim.Allocator] {
	e := tuned(name, about, "Erlang 1917", staticDefaults, func(p *Static, ctx Context) (sim.Allocator, error) {
		demand, err := make(ctx.Offered, p.Headroom)
		planner, wrong := plan.NewCheapestFirst(p.MinReplicas)
		text := label(name, append([]string{differs("headroom", p.Headroom, 1)}, p.Placing.parts()...)...)
		stages := allocation.Stages{Label: text, Demand: demand, Control: control.NewStatic(), Plan: planner, WholeRun: true}
		return p.compose(stages, ctx, err, wrong)
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

// Only returns the text that deployments must match to be used, or "" where all may be.
func (p *Placing) Only() string { return p.Deployment }

func placingDefaults() Placing { return Placing{MinReplicas: 1, Placer: chosen[Placer]("best-fit")} }

func followingDefaults() *Following {
	return &Following{Forecast: chosen[Forecaster]("last"), Horizon: 1, Headroom: 1, Placing: placingDefaults()}
}

func solvingDefaults() *Solving {
	return &Solving{Switching: plan.DefaultSwitching, Following: *followingDefaults()}
}

func autoAdjustDefaults() *AutoAdjust {
	p := &AutoAdjust{Alpha: control.DefaultAlpha, Following: *followingDefaults()}
	p.Forecast = chosen[Forecaster]("ridge")
	return p
}

func hpaDefaults() *HPA {
	o := control.DefaultHPAOptions()
	return &HPA{Target: o.Target, Tolerance: o.Tolerance, Placing: placingDefaults()}
}

func staticDefaults() *Static { return &Static{Headroom: 1, Placing: placingDefaults()} }

// demand makes the estimator of the demand.
func (p *Following) demand(ctx Context) (*allocation.Forecast, error) {
	_, err := p.Forecast.New(ctx)
	if err = within("forecast", err); err == nil {
		_, err = p.forecaster(ctx)
	}
	f, faults := allocation.NewForecast(allocation.DemandOptions{
		Horizon: p.Horizon, Headroom: p.Headroom,
		Forecaster: func() forecast.Forecaster {
			f, _ := p.forecaster(ctx) // was made before from the same parameters
			return f
		},
	})
	return f, errors.Join(err, faults)
}

// forecaster makes the forecaster chosen, with its margin.
func (p *Following) forecaster(ctx Context) (forecast.Forecaster, error) {
	f, err := p.Forecast.New(ctx)
	if err != nil || p.Margin == 0 {
		return f, err
	}
	return forecast.NewMargin(f, p.Margin, max(1, p.Horizon))
}

// parts returns what a label names of the parameters: the forecaster, unless it is the usual one,
// and what differs from the defaults.
func (p *Following) parts(usual string) []string {
	forecaster := p.Forecast.Label()
	if p.Margin != 0 {
		forecaster = fmt.Sprintf("%s+q%v", forecaster, p.Margin)
	}
	if forecaster == usual {
		forecaster = ""
	}
	parts := []string{forecaster, differs("horizon", p.Horizon, 1), differs("headroom", p.Headroom, 1)}
	return append(parts, p.Placing.parts()...)
}

func (p *Placing) parts() []string {
	return []string{differs("min-replicas", p.MinReplicas, 1), differs("deployment", p.Deployment, "")}
}

// differs names a value that is not the usual one.
func differs[V comparable](name string, value, usual V) string {
	if value == usual {
		return ""
	}
	return fmt.Sprintf("%s %v", name, value)
}

// label is a name with the parts that are not empty.
func label(name string, parts ...string) string {
	parts = slices.DeleteFunc(slices.Clone(parts), func(p string) bool { return p == "" })
	if len(parts) == 0 {
		return name
	}
	return name + "(" + strings.Join(parts, ", ") + ")"
}

// compose completes the stages of an allocator by the deployments and the placer chosen, and joins
// the faults of all.
func (p *Placing) compose(s allocation.Stages, ctx Context, faults ...error) (sim.Allocator, error) {
	placer, wrong := p.Placer.New(ctx)
	if err := errors.Join(append(faults, within("placer", wrong))...); err != nil {
		return nil, err
	}
	s.Place, s.Deployment = placer, p.Deployment
	return &s, nil
}
