// Package allocation is the contract between the stages of an allocator. In every control period
// each stage is asked once, and is given what those before it found:
//
//	stage     question                               where its algorithms are
//	demand    what load to plan for, per model       Expect, Foresight (here)
//	capacity  what n replicas serve together         Planned, Erlang (here); simulated (given)
//	control   how much to ask for, per model         policies/allocation/control
//	plan      how many replicas of which deployment  policies/allocation/plan
//	place     on which machines, and which to rent   policies/allocation/place
//
// What is observed is the same for all: the finished windows of the View. Stages know this package
// and not each other; their order stands in compose.go alone. To add an algorithm, write it in a
// file of its own in the package of its stage (control/follow.go, plan/cheapestfirst.go and
// place/firstfit.go are the shortest), and name it by one line in policies/registry.
package allocation

import (
	"time"

	"wavetank/policies/optimize"
	"wavetank/sim"
)

// Estimator is the stage of demand.
type Estimator interface {
	Estimate(v *sim.View) (Demands, error)
}

// Demands are what there is to plan for, per model in requests per second.
type Demands struct {
	Level   []float64 // observed now
	Load    []float64 // expected while what is ordered now comes up
	Backlog []float64 // to work off what waits while what is ordered now comes up; nil: none

	// Dispersion is the index of dispersion of what was observed: the variance of the requests of a
	// window over their mean. It is 1 for a Poisson stream, and large where the load comes in
	// bursts. Nil: not known.
	Dispersion []float64

	// Ahead returns the load that is expected of a model in the k-th period from now, the next one
	// being 1; nil: not known.
	Ahead func(m, k int) float64
}

// Total returns the expected load with what works off the backlog.
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
	// Control returns what to ask the plan for.
	Control(s *Situation) Wanted

	// Unserved returns how much of a demand counts as left unserved when the given capacity is
	// planned. All are per model, in requests per second. Shortfall is the plain rule.
	Unserved(demand, planned []float64) []float64
}

// Planner is the stage of the plan.
type Planner interface {
	// Plan returns what provides what is wanted per model, as far as the limits on machines go. It
	// counts what a deployment provides by its Configuration in the Problem.
	Plan(s *Situation, wanted []float64) (Chosen, error)
}

// Chosen is what a planner chose to run.
type Chosen struct {
	Replicas []int                  // of each deployment
	Layout   []optimize.FilledHosts // where there is room for them; nil: not known
}

// Placer is the last stage. Its plan is one that the engine accepts, whatever the targets: what
// does not fit stays out, and the plan's Shortfall says so.
type Placer interface {
	Place(v *sim.View, t Targets) (sim.Plan, error)
	String() string
}

// Situation is what control and plan are given.
type Situation struct {
	View     *sim.View
	Demand   Demands
	Problem  optimize.Problem // machines and deployments, under their indices in the Spec
	Sized    optimize.Problem // for the demand, before control
	Cheapest [][]int          // per model, deployments of use by their price per capacity
	Lead     []time.Duration  // per model, from an order until it serves, in the mean
	usable   []bool           // per deployment
}

// Wanted is what a controller asks for.
type Wanted struct {
	Amount []float64 // per model, requests per second of planned capacity
	Counts bool      // the amounts are numbers of replicas, whatever their capacity
	Exact  []int     // replicas of each deployment, without a plan; nil: plan the amounts
}

// Targets is what a plan comes to. The slices are in requests per second, and all but Each are per
// model.
type Targets struct {
	Chosen              // wanted, loading and ready replicas together
	Each      []float64 // what plans count on of one replica of each deployment
	Demand    []float64 // planned for
	Capacity  []float64 // planned, of the replicas wanted
	Shortfall []float64 // demand that the limits leave unserved
}
