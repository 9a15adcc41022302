// Package allocation is the contract between the stages of an allocator. In every control period
// each stage is asked once, and sees the results of the stages before it:
//
//	stage     question                               where its algorithms are
//	demand    what load to plan for, per model       Expect, Foresight (here)
//	capacity  what n replicas serve together         Planned, Erlang (here); simulated (given)
//	control   how much to ask for, per model         policies/allocation/control
//	plan      how many replicas of which deployment  policies/allocation/plan
//	place     on which machines, and which to rent   policies/allocation/place
//
// All stages observe the same: the finished windows of the View. Stages know this package, but not
// each other; only compose.go knows their order. To add an algorithm, write it in a file of its own
// in the package of its stage, and name it in one line of policies/registry. The shortest examples
// are control/follow.go, plan/cheapestfirst.go and place/firstfit.go.
package allocation

import (
	"math"
	"time"

	"wavetank/policies/optimize"
	"wavetank/sim"
	"wavetank/sim/kernel"
)

// Estimator is the stage of demand.
type Estimator interface {
	Estimate(v *sim.View) (Demands, error)
}

// Demands are the loads to plan for, per model in requests per second.
type Demands struct {
	Level   []float64 // the load observed now
	Load    []float64 // the largest load expected until an order made now serves
	Backlog []float64 // extra rate that serves the waiting requests within the lead; nil: none

	// Dispersion is the index of dispersion of the observed load: the variance of the requests in a
	// window over their mean. It is 1 for a Poisson stream, and large if the load comes in bursts.
	// Nil: not known.
	Dispersion []float64

	// Ahead returns the expected load of model m in the k-th period from now, where k is 1 for the
	// next period. Nil: not known.
	Ahead func(m, k int) float64
}

// Total returns the expected load plus the backlog.
func (d *Demands) Total() []float64 {
	total := make([]float64, len(d.Load))
	for m, load := range d.Load {
		total[m] = load
		if d.Backlog != nil {
			total[m] += d.Backlog[m]
		}
	}
	return total
}

// Controller is the stage of control.
type Controller interface {
	// Control returns the capacity that the plan should provide.
	Control(s *Situation) Wanted

	// Unserved returns how much of a demand counts as unserved when the given capacity is planned.
	// All values are per model, in requests per second. Most controllers return Shortfall.
	Unserved(demand, planned []float64) []float64
}

// Planner is the stage of the plan.
type Planner interface {
	// Plan returns the replicas that provide the wanted capacity per model, within the limits on
	// machines. The capacity of one replica is in s.Problem.Configurations.
	Plan(s *Situation, wanted []float64) (Chosen, error)
}

// Solving is a Planner that solves allocation problems. It shows each problem before it solves it.
type Solving interface {
	Planner
	Watch(see func(at kernel.Time, p optimize.Problem))
}

// Chosen is the fleet that a planner chose.
type Chosen struct {
	Replicas []int                  // number of replicas of each deployment
	Layout   []optimize.FilledHosts // machines on which these replicas fit; nil: not known

	LoadPrices []float64       // per deployment, price of a load for the solver; nil: not known
	Optimality *sim.Optimality // what the solver proved about this plan; nil: no solver made it
}

// Altered notes that the replicas differ from those that a solver chose. It removes the layout and
// the proof of how good they are, which no longer hold. The prices of the solver's problem stay.
func (c *Chosen) Altered() {
	c.Layout = nil
	if c.Optimality != nil {
		o := *c.Optimality
		o.Objective, o.Bound, o.Exact, o.Altered = math.NaN(), math.NaN(), false, true
		c.Optimality = &o
	}
}

// Placer is the last stage. It returns a plan that the engine accepts, even if the targets are too
// large: it leaves out replicas that do not fit, and adds their capacity to the plan's Shortfall.
type Placer interface {
	Place(v *sim.View, t Targets) (sim.Plan, error)
	String() string
}

// Situation is the input of control and plan.
type Situation struct {
	View     *sim.View
	Demand   Demands
	Problem  optimize.Problem // the problem to plan for; indices are those of the Spec
	Sized    optimize.Problem // the problem before control, sized for the demand
	Cheapest [][]int          // per model, usable deployments in order of price per capacity
	Lead     []time.Duration  // per model, mean time from an order until the replica serves
	usable   []bool           // per deployment: whether the limits allow it
}

// Wanted is the result of a controller.
type Wanted struct {
	Amount []float64 // per model, requests per second of planned capacity
	Counts bool      // the amounts are numbers of replicas, whatever their capacity
	Exact  []int     // replicas of each deployment, which skip the planner; nil: plan the amounts
}

// Targets is the result of control and plan. Rates are in requests per second. Demand, Capacity and
// Shortfall are per model.
type Targets struct {
	Chosen              // all replicas to have: those ready, those loading and those to start
	Each      []float64 // planned capacity of one replica of each deployment
	Demand    []float64 // demand that was planned for
	Capacity  []float64 // planned capacity of all replicas to have
	Shortfall []float64 // demand that the limits leave unserved
	UseSpare  bool      // room that is left on the planned machines is used for further replicas
}
