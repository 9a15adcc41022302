package registry

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"wavetank/policies/allocation"
	"wavetank/policies/allocation/control"
	"wavetank/policies/allocation/plan"
	"wavetank/policies/forecast"
	"wavetank/sim"
	"wavetank/sim/kernel"
	"wavetank/sim/quantity"
)

// Placing are the parameters of every allocator.
type Placing struct {
	MinReplicas int    `yaml:"min-replicas" try:"0 1 2 3 4 5 6 8" doc:"least number of replicas of each model, idle or not; with 0, some allocators start one at once when a request finds none"`
	Deployment  string `yaml:"deployment" doc:"use only deployments whose name contains these whole words"`
	Placer      Placer `yaml:"placer" doc:"where replicas are placed"`
}

// Planning are the parameters of allocators that plan which replicas to run.
type Planning struct {
	Capacity  CapacityRule          `yaml:"capacity" try:"simulated utilization erlang" doc:"capacity of replicas in plans: simulated, what they serve together within the objective; utilization, the share planning.utilization of full batches; or erlang, by Erlang's C formula"`
	Plan      PlanRule              `yaml:"plan" try:"best home" doc:"how to choose deployments: greedy, dp, lp or milp; best, the best of these; cheapest, each model's cheapest deployment; or home, one deployment for all replicas of a model"`
	Nodes     int                   `yaml:"nodes,omitempty" doc:"with plan milp, the most nodes of its search for each plan; 0: 100, and few steps of the simplex method"`
	Switching float64               `yaml:"switching" try:"0 1 3" doc:"factor on the cost of booting and loading an added replica; 0 lets plans change freely"`
	Payback   quantity.AutoDuration `yaml:"payback" doc:"time over which the cost of booting and loading a replica is spread; auto: twice the boot and load time"`
	Placing   `yaml:",inline"`
}

// Staged are the parameters of allocators that plan for an observed or forecast demand.
type Staged struct {
	Forecast    Forecaster            `yaml:"forecast" try:"level last ewma holt ridge level-ridge" doc:"forecast of the demand to plan for"`
	Horizon     Horizon               `yaml:"horizon" try:"lead 1" doc:"number of control periods that the forecast looks ahead; lead: the highest forecast over the boot and load time and one more period"`
	Margin      float64               `yaml:"margin" try:"0 0.9" doc:"plan for this quantile of the load, estimated from the past errors of the forecast, in (0, 1); 0: for the forecast itself"`
	Headroom    float64               `yaml:"headroom" try:"0.8 0.9 0.95 1 1.05 1.1 1.25 1.5 2" doc:"factor on the forecast"`
	Backlog     bool                  `yaml:"backlog" try:"true false" doc:"add capacity that serves the waiting requests within the boot and load time"`
	Control     ControlRule           `yaml:"control" doc:"how the planned capacity follows the demand: alpha, by a share of the gap; lcp, lazily; or mpc, by a plan of the next periods"`
	Periods     int                   `yaml:"mpc-periods" doc:"number of control periods that mpc plans; it plans more if an order takes longer"`
	Alpha       float64               `yaml:"alpha" try:"0.3 0.5 0.9 1" doc:"share of the missing capacity that is added in a period; 1: all; above 1 it overshoots"`
	AlphaDown   float64               `yaml:"alpha-down" try:"0 0.1 0.3 1" doc:"share of the surplus capacity that is given up in a period; 0: as alpha"`
	Feedback    Feedback              `yaml:"feedback" doc:"capacity from which alpha measures the gap: plan, the capacity planned last; or ready, the ready capacity"`
	Hold        quantity.AutoDuration `yaml:"hold" try:"auto 0s 2m 5m 10m 20m" doc:"how long the largest observed load is planned for; auto: four control periods, from 3m to 4m; if the load comes in bursts, up to four times the boot and load time"`
	KeepLoading bool                  `yaml:"keep-loading" try:"true false" doc:"after a replica begins to boot or load, give up no replica of its deployment for the time of hold; with auto for 5m or four times the boot and load time, whichever is longer"`
	StepUp      float64               `yaml:"step-up" doc:"largest increase in a period, as a share of the plan; 0: no limit"`
	StepDown    float64               `yaml:"step-down" doc:"largest decrease in a period, as a share of the plan; 0: no limit"`
	Cooldown    quantity.Duration     `yaml:"cooldown" doc:"time after a change in which the plan does not decrease"`
	Idle        quantity.AutoDuration `yaml:"idle-timeout" doc:"with min-replicas 0, how long after its last request a model keeps its replicas; auto: twice the boot and load time"`
	UseSpare    bool                  `yaml:"use-spare" try:"true false" doc:"use the room that is left on the planned machines for further replicas, which cost nothing"`
	Reserve     Reserve               `yaml:"reserve" doc:"capacity that is kept ready for a jump of the load"`
	ErrorBudget float64               `yaml:"error-budget" try:"1 1.1 1.15 1.2 1.5" doc:"factor on the planned capacity of models that have missed their objective more often than its percentile allows; 1: none"`
	Planning    `yaml:",inline"`
}

// Reserve are the parameters of a standing reserve.
type Reserve struct {
	Factor float64           `yaml:"factor" try:"1 1.5 2 3 5" doc:"capacity to keep, as a multiple of the load; 1: no reserve"`
	Within quantity.Duration `yaml:"within" doc:"no reserve for models whose replicas boot and load within this time"`
	Base   ReserveBase       `yaml:"base" try:"present usual" doc:"load to which the factor applies: present; or usual, which in a crowd is the median of the last half hour, so that a crowd uses the reserve up and does not enlarge it"`
	Models []string          `yaml:"models,distinct" doc:"models with a reserve; when empty, all"`
}

// Reserved lists the names of the models with a reserve. If it is empty, all models have one.
func (p *Staged) Reserved() []string { return p.Reserve.Models }

// Only returns the text that the names of deployments must match, or "" if all deployments may be
// used.
func (p *Placing) Only() string { return p.Deployment }

func placingDefaults() Placing {
	return Placing{MinReplicas: 1, Placer: WithDefaults[Placer]("best-fit")}
}

func planningDefaults(rule PlanRule) Planning {
	return Planning{
		Capacity: "simulated", Plan: rule, Switching: plan.DefaultSwitching, Payback: quantity.Auto, Placing: placingDefaults(),
	}
}

// stagedDefaults returns the defaults that greedy, dp, lp, milp and best share. They differ only in
// the rule of the plan. The shared setting was the best single one for all of them: the forecast
// level, a hold, the backlog and simulated capacity.
func stagedDefaults(rule PlanRule) *Staged {
	return &Staged{
		Forecast: WithDefaults[Forecaster]("level"), Headroom: 1, Backlog: true, Control: "alpha", Periods: control.DefaultMPCPeriods, Alpha: 1, Feedback: "plan",
		Hold: quantity.Auto, KeepLoading: true, UseSpare: true, ErrorBudget: 1.15, Idle: quantity.Auto, Reserve: Reserve{Factor: 1, Base: "present"}, Planning: planningDefaults(rule),
	}
}

// Defaults of spans.
const (
	leastKept    = 5 * time.Minute
	keptTimes    = 4 // multiple of the boot and load time
	paybackTimes = 2
	idleTimes    = 2
)

// span returns the given span. If it is auto, it returns factor leads, but at least the given time.
func span(d quantity.AutoDuration, factor float64, least time.Duration) control.SpanRule {
	if d == quantity.Auto {
		return control.Times(factor, least)
	}
	return control.Fixed(time.Duration(d))
}

// preset returns the entry of an allocator that plans in stages, with its own defaults.
func preset(name, about, source string, defaults func() *Staged) Entry[sim.Allocator] {
	e := tuned(name, about, source, defaults, func(p *Staged, ctx Context) (sim.Allocator, error) {
		return p.allocator(label(name, differences(p, defaults())...), ctx)
	})
	e.Fixed = []string{"plan", "control"}
	return e
}

// allocator makes the stages.
func (p *Staged) allocator(label string, ctx Context) (sim.Allocator, error) {
	controller, wrong := p.control()
	made, faults := p.Planning.allocator(label, nil, controller, ctx)
	demand, err := p.demand(ctx, made.Capacity)
	if err := errors.Join(err, wrong, faults); err != nil {
		return nil, err
	}
	made.Demand, made.Capacity = demand, demand.Equivalent()
	if p.KeepLoading {
		made.KeepLoading = span(p.Hold, keptTimes, leastKept)
	}
	made.UseSpare = p.UseSpare
	made.Waking = p.MinReplicas == 0 && p.Backlog
	return made, nil
}

// allocator makes the stages for an estimator of the demand and a controller.
func (p *Planning) allocator(label string, demand allocation.Estimator, c allocation.Controller, ctx Context) (*allocation.Stages, error) {
	capacity, unknown := p.capacity(ctx)
	capacity = misjudge(capacity, ctx)
	planner, wrong := p.Plan.planner(p.Nodes, plan.SolvedOptions{
		MinReplicas: p.MinReplicas, Switching: p.Switching, Payback: plan.Payback(span(p.Payback, paybackTimes, 0)), Known: ctx.Plans,
		RoundUp: p.Capacity == "simulated", // the other rules plan with parts of replicas
	})
	placer, misplaced := p.Placer.New(ctx)
	return &allocation.Stages{
		Label: label, Demand: demand, Capacity: capacity, Control: c, Plan: planner, Place: placer, Deployment: p.Deployment,
	}, errors.Join(unknown, wrong, within("placer", misplaced))
}

// demand makes the estimator of the demand.
func (p *Staged) demand(ctx Context, c allocation.Capacity) (*allocation.Expect, error) {
	_, err := p.Forecast.New(ctx)
	if err = within("forecast", err); err == nil {
		_, err = p.forecaster(ctx, 0)
	}
	var failing []sim.Fallible
	made := uint64(0)
	e, faults := allocation.NewExpect(allocation.DemandOptions{
		Horizon: int(p.Horizon), Headroom: p.Headroom, Backlog: p.Backlog, Capacity: c,
		Forecaster: func() forecast.Forecaster {
			f, _ := p.forecaster(ctx, made) // no error: checked above with the same parameters
			made++
			if may, ok := f.(sim.Fallible); ok {
				failing = append(failing, may)
			}
			return f
		},
		Failed: func() error {
			for _, f := range failing {
				if err := f.Err(); err != nil {
					return err
				}
			}
			return nil
		},
	})
	return e, errors.Join(err, faults)
}

// misjudge injects the error of profiles into a capacity.
func misjudge(c allocation.Capacity, ctx Context) allocation.Capacity {
	if ctx.ProfileError.None() || ctx.Spec == nil {
		return c
	}
	factor := make([]float64, len(ctx.Spec.Deployments))
	for d := range factor {
		factor[d] = ctx.ProfileError.Draw(kernel.NewStream(ctx.Seed, ctx.Replication, "profile-error/"+ctx.Spec.Deployments[d].Name, 0))
	}
	return allocation.Misjudged(c, factor)
}

// forecaster makes the chosen forecaster of a model, with the error that is injected into it, and
// with its margin, which learns from this error.
func (p *Staged) forecaster(ctx Context, model uint64) (forecast.Forecaster, error) {
	f, err := p.Forecast.New(ctx)
	if err == nil && !ctx.ForecastError.None() {
		f = forecast.NewErring(f, ctx.ForecastError, kernel.NewStream(ctx.Seed, ctx.Replication, "forecast-error", model))
	}
	if err != nil || p.Margin == 0 {
		return f, err
	}
	return forecast.NewMargin(f, p.Margin, max(1, int(p.Horizon)))
}

// base makes the innermost controller, whose amounts the others change.
func (p *Staged) base() (allocation.Controller, error) {
	make, err := pick(controlRules, "control", string(p.Control))
	if err != nil {
		return nil, err
	}
	return make(p)
}

// alpha makes the controller that closes a share of the gap.
func (p *Staged) alpha() (allocation.Controller, error) {
	if p.Alpha == 1 && p.AlphaDown == 0 && p.Feedback == "plan" {
		return control.Follow{}, nil
	}
	return control.NewAutoAdjust(p.alphaRule())
}

// alphaRule returns the parameters of the controller that alpha makes.
func (p *Staged) alphaRule() control.AutoAdjustOptions {
	down := p.AlphaDown
	if down == 0 {
		down = p.Alpha
	}
	return control.AutoAdjustOptions{Up: p.Alpha, Down: down, Ready: p.Feedback == "ready"}
}

// holdSpan returns how long an observed load is planned for.
func (p *Staged) holdSpan() control.HoldSpan {
	if p.Hold == quantity.Auto {
		return control.HoldBursts
	}
	return control.HoldFor(time.Duration(p.Hold))
}

// control makes the controller with all its layers.
func (p *Staged) control() (allocation.Controller, error) {
	var faults []error
	keep := func(c allocation.Controller, err error) allocation.Controller {
		faults = append(faults, err)
		return c
	}
	c := keep(p.base())
	if p.Hold != 0 {
		c = control.NewHold(c, p.holdSpan())
	}
	if r := p.Reserve; r.Factor != 1 || r.Within != 0 {
		c = keep(control.NewReserve(c, control.ReserveOptions{Factor: r.Factor, Within: time.Duration(r.Within), Models: r.Models, Usual: r.Base == "usual"}))
	}
	if p.ErrorBudget != 1 {
		c = keep(control.NewErrorBudget(c, p.ErrorBudget))
	}
	if o := (control.LimitsOptions{Up: p.StepUp, Down: p.StepDown, Cooldown: time.Duration(p.Cooldown)}); o != (control.LimitsOptions{}) {
		c = keep(control.NewLimits(c, o))
	}
	if p.MinReplicas == 0 {
		c = control.NewIdle(c, span(p.Idle, idleTimes, 0))
	}
	return c, errors.Join(faults...)
}

// differences lists the parameters that differ from the usual ones, as "key value". A choice is
// listed by its label alone. The placer is left out, because the label of allocation.Stages has it.
func differences(p, usual any) (parts []string) {
	was := reflect.ValueOf(usual).Elem()
	for f, v := range reflect.ValueOf(p).Elem().Fields() {
		old := was.FieldByIndex(f.Index)
		key, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch value := v.Addr().Interface().(type) {
		case *Placer:
		case PolicyChoice:
			if label := value.Label(); label != old.Addr().Interface().(PolicyChoice).Label() {
				parts = append(parts, label)
			}
		default:
			switch {
			case options == "inline":
				parts = append(parts, differences(v.Addr().Interface(), old.Addr().Interface())...)
			case fmt.Sprintf("%+v", v.Interface()) == fmt.Sprintf("%+v", old.Interface()):
			case v.Kind() == reflect.Struct:
				parts = append(parts, key+" "+strings.Join(differences(v.Addr().Interface(), old.Addr().Interface()), " "))
			default:
				parts = append(parts, fmt.Sprintf("%s %v", key, v.Interface()))
			}
		}
	}
	return parts
}

// label returns a name with its parts in parentheses. Empty parts are left out.
func label(name string, parts ...string) string {
	parts = slices.DeleteFunc(slices.Clone(parts), func(p string) bool { return p == "" })
	if len(parts) == 0 {
		return name
	}
	return name + "(" + strings.Join(parts, ", ") + ")"
}
