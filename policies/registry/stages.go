package registry

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"wavetank/policies/allocation"
	"wavetank/policies/allocation/control"
	"wavetank/policies/allocation/place"
	"wavetank/policies/allocation/plan"
	"wavetank/policies/optimize"
	"wavetank/sim/fleet"
)

// Placer is the choice of a placer.
type Placer struct {
	choice[placers, allocation.Placer]
}

type placers struct{}

func (placers) entries() []Entry[allocation.Placer] { return slices.Concat(Placers(), added.Placers) }

// Placers returns the table of placers.
func Placers() []Entry[allocation.Placer] {
	type made = allocation.Placer
	return []Entry[made]{
		plain("best-fit", "Places replicas where least is left free, large ones first.", "",
			func() made { return place.BestFit{} }),
		plain("first-fit", "Places replicas on the oldest machine with room, large ones first.", "",
			func() made { return place.FirstFit{} }),
		plain("dot-product", "Places replicas on the machine that has most left of what they need most, large ones first.",
			"Grandl et al., Multi-resource packing for cluster schedulers, SIGCOMM 2014",
			func() made { return place.DotProduct{} }),
		plain("norm", "Places replicas where the sum of squares of the free shares is least, large ones first.",
			"Panigrahy et al., Heuristics for vector bin packing, Microsoft Research 2011",
			func() made { return place.Norm{} }),
		plain("first-start", "Places like best-fit, but begins MIG slices at the lowest memory slot, not the highest.", "",
			func() made { return place.FirstStart{} }),
		tuned("spread", "Places the replicas of a model evenly over zones, and there where least is left free.",
			"topology spread constraints of Kubernetes", func() *SpreadOverZones { return &SpreadOverZones{MaxSkew: 1, Unsatisfiable: "do-not-schedule"} },
			func(p *SpreadOverZones, _ Context) (made, error) {
				return place.NewSpread(p.MaxSkew, p.Unsatisfiable == "schedule-anyway")
			}),
	}
}

// SpreadOverZones are the parameters of spread.
type SpreadOverZones struct {
	MaxSkew       int           `yaml:"max-skew" try:"1 2 4" doc:"most replicas of a model by which a zone may be ahead of the zone with the fewest"`
	Unsatisfiable Unsatisfiable `yaml:"when-unsatisfiable" doc:"do-not-schedule: a replica that would exceed it waits; schedule-anyway: it goes where there is room"`
}

// Unsatisfiable says what a placer does with a replica that may go nowhere.
type Unsatisfiable string

// Choices lists the names.
func (Unsatisfiable) Choices() []string { return []string{"do-not-schedule", "schedule-anyway"} }

// CapacityRule names the way in which plans count the capacity of replicas.
type CapacityRule string

// capacityRules has a line for each rule.
var capacityRules = []named[func(Context) allocation.Capacity]{
	{"simulated", func(ctx Context) allocation.Capacity { return ctx.Capacity }},
	{"utilization", func(ctx Context) allocation.Capacity { return allocation.Planned{Spec: ctx.Spec} }},
	{"erlang", func(ctx Context) allocation.Capacity { return allocation.NewErlang(ctx.Spec) }},
}

// Choices lists the rules.
func (CapacityRule) Choices() []string { return nameList(capacityRules) }

// capacity makes the stage that says how much load replicas serve.
func (p *Planning) capacity(ctx Context) (allocation.Capacity, error) {
	make, err := pick(capacityRules, "capacity", string(p.Capacity))
	if err != nil {
		return nil, err
	}
	if c := make(ctx); c != nil {
		return c, nil
	}
	return unknown{}, nil
}

// unknown is the capacity in a context without a run.
type unknown struct{}

func (unknown) Rate(fleet.DeploymentID, int) (float64, error) {
	return 0, errors.New("the capacity of the replicas was not simulated here")
}

// PlanRule names the way in which a plan chooses deployments.
type PlanRule string

// planRules has a line for each rule.
var planRules = []named[func(plan.SolvedOptions) (allocation.Planner, error)]{
	{"best", solvedBy(optimize.Best{})},
	{"greedy", solvedBy(optimize.GreedyCover{})},
	{"dp", solvedBy(optimize.DP{})},
	{"lp", solvedBy(optimize.LP{})},
	{searched, solvedBy(optimize.MILP{})},
	{"home", func(o plan.SolvedOptions) (allocation.Planner, error) { return plan.NewHomeFirst(o.MinReplicas) }},
	{"cheapest", func(o plan.SolvedOptions) (allocation.Planner, error) { return plan.NewCheapestFirst(o.MinReplicas) }},
}

// searched is the rule that searches nodes, and mostPlanNodes the most that it may.
const (
	searched      = "milp"
	mostPlanNodes = 1_000_000
)

func solvedBy(s optimize.Solver) func(plan.SolvedOptions) (allocation.Planner, error) {
	return func(o plan.SolvedOptions) (allocation.Planner, error) { return plan.NewSolved(s, o) }
}

// Choices lists the rules.
func (PlanRule) Choices() []string { return nameList(planRules) }

// planner makes the planner of a rule. Nodes are the most of a search; 0: the solver decides.
func (r PlanRule) planner(nodes int, o plan.SolvedOptions) (allocation.Planner, error) {
	make, err := pick(planRules, "plan", string(r))
	switch {
	case err != nil:
		return nil, err
	case nodes < 0 || nodes > mostPlanNodes:
		return nil, fmt.Errorf("nodes: %d is outside [0, %d]", nodes, mostPlanNodes)
	case nodes > 0 && r != searched:
		return nil, fmt.Errorf("nodes: the plan %s searches none; only milp does", r)
	case nodes > 0:
		make = solvedBy(optimize.MILP{Nodes: nodes})
	}
	return make(o)
}

// solves reports whether a solver makes the plan. Only solvers keep to the budget of a scenario.
func (r PlanRule) solves() bool { return r != "home" && r != "cheapest" }

// SolverPlans lists the rules by which a solver makes the plan.
func SolverPlans() []string {
	return slices.DeleteFunc(nameList(planRules), func(name string) bool { return !PlanRule(name).solves() })
}

// ControlRule says how the planned capacity follows the demand.
type ControlRule string

// controlRules has a line for each rule.
var controlRules = []named[func(*Staged) (allocation.Controller, error)]{
	{"alpha", (*Staged).alpha},
	{"lcp", func(p *Staged) (allocation.Controller, error) { return control.NewLCP(p.Switching) }},
	{"mpc", func(p *Staged) (allocation.Controller, error) { return control.NewMPC(p.Switching, p.Periods) }},
}

// Choices lists the rules.
func (ControlRule) Choices() []string { return nameList(controlRules) }

// Feedback says which capacity a controller compares with the demand.
type Feedback string

// Choices lists the names.
func (Feedback) Choices() []string { return []string{"plan", "ready"} }

// ReserveBase says to which load the factor of a reserve applies.
type ReserveBase string

// Choices lists the names.
func (ReserveBase) Choices() []string { return []string{"present", "usual"} }

// Horizon is a number of control periods, or "lead".
type Horizon int

// UnmarshalText reads a number or "lead".
func (h *Horizon) UnmarshalText(text []byte) error {
	if string(text) == "lead" {
		*h = allocation.Lead
		return nil
	}
	n, err := strconv.Atoi(string(text))
	if err != nil {
		return fmt.Errorf("%q is neither a number of control periods nor lead", text)
	}
	if n < 1 {
		return fmt.Errorf("%d is not a number of at least 1", n)
	}
	*h = Horizon(n)
	return nil
}

// MarshalText writes the horizon.
func (h Horizon) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// String writes the horizon.
func (h Horizon) String() string {
	if h == allocation.Lead {
		return "lead"
	}
	return strconv.Itoa(int(h))
}

// Shapes lists the types of values that a scenario file may have: a number or a text.
func (Horizon) Shapes() []any { return []any{0, ""} }

// named is a value with a name.
type named[V any] struct {
	name  string
	value V
}

func nameList[V any](list []named[V]) []string {
	names := make([]string, len(list))
	for i, n := range list {
		names[i] = n.name
	}
	return names
}

// pick returns the value of a name.
func pick[V any](list []named[V], parameter, name string) (V, error) {
	for _, n := range list {
		if n.name == name {
			return n.value, nil
		}
	}
	var none V
	return none, fmt.Errorf("%s: %q is none of %v", parameter, name, nameList(list))
}
