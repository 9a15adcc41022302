package sim

import (
	"fmt"
	"math"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Levers are the policies of a run, one for each kind of lever.
type Levers struct {
	Admission Admission // nil: every request is admitted
	Gateway   Gateway   // nil: requests go on to the router at once
	Health    Health    // nil: every ready replica is in rotation
	Order     Order     // nil: first come, first served
	Router    Router
	Batcher   Batcher
	Allocator Allocator
}

// Lever is one of the levers of a run, whatever its kind.
type Lever struct {
	Kind     string       // its name, for example "router"
	Policy   fmt.Stringer // nil: the run has none of this kind
	Optional bool         // a run may have none of this kind
}

// All returns the levers in the order of their fields. Levers that are observers see each fact in
// this order.
func (l *Levers) All() []Lever {
	return []Lever{
		{"admission", l.Admission, true},
		{"gateway", l.Gateway, true},
		{"health", l.Health, true},
		{"order", l.Order, true},
		{"router", l.Router, false},
		{"batcher", l.Batcher, false},
		{"allocator", l.Allocator, false},
	}
}

// Fallible is a lever whose decisions can fail, such as one that asks another program. If it fails,
// its router answers Failed, its admission rule turns the request away, its batcher starts nothing,
// and the run ends with the error that Err returns. (An allocator returns the errors of its
// decisions.)
type Fallible interface {
	Err() error // the first failure; nil: none
}

// Failed is the answer of a router that could not decide. Its Err says why.
const Failed fleet.ReplicaID = -2

// ErrOf returns the first failure of a lever, or nil if it never fails.
func ErrOf(lever any) error {
	if f, ok := lever.(Fallible); ok {
		return f.Err()
	}
	return nil
}

// Router is the lever that gives each request to a replica. It chooses an open replica of the
// request's model, or fleet.NoReplica to let the request wait. It is asked again, oldest request
// first, whenever a replica of the model becomes ready or finishes something, or a request leaves a
// replica's queue unserved. While a request waits, later arrivals of its model wait behind it.
type Router interface {
	Route(v *View, r *fleet.Request) fleet.ReplicaID
	String() string
}

// Retaining is a Router that keeps requests back while replicas are ready. It gives a replica only
// requests that can start at once. So no request in the replica's queue can interrupt a service or
// share it.
type Retaining interface {
	Router
	Retains() bool
}

// KeepsBack reports whether a router keeps requests back while replicas are ready.
func KeepsBack(r Router) bool {
	retaining, ok := r.(Retaining)
	return ok && retaining.Retains()
}

// Batcher is the lever that forms batches. It is asked about a replica that has a free slot and
// waiting requests: each time that the queue changes, and when the wait that it decided on
// (BatchDecision.Until) is over.
type Batcher interface {
	Batch(v *View, at fleet.ReplicaID) BatchDecision
	String() string
}

// StepBatcher is a Batcher that also sets the token budget of LLM engines. (Engines form the
// batches of their steps themselves.) It is asked once, before the run. It returns 0 if an engine
// keeps its own budget.
type StepBatcher interface {
	Batcher
	StepTokens(c *fleet.Spec, d fleet.DeploymentID) int
}

// BatchDecision says what a replica does with its queue.
type BatchDecision struct {
	// requests at the front of the queue that leave unserved, before a batch starts
	Drop int
	// requests that then start as one batch, at most MaxBatch; 0: the replica waits
	Count int
	Until kernel.Time // when a wait ends, after now; kernel.Never: when the queue changes
}

// Admission is the lever that turns requests away as they arrive.
type Admission interface {
	Admit(v *View, r *fleet.Request) bool
	String() string
}

// Allocator is the lever that decides once in every control period which machines to rent and which
// replicas to run. It sees the last finished window. Boots and loads that it orders take time.
// Paced and Wakeful allocators are asked at other instants, too.
type Allocator interface {
	Allocate(v *View) (Plan, error)
	String() string
}

// Concluding is an Allocator that sees the fleet once more: when the run is over. The last window
// ends then. Conclude decides nothing.
type Concluding interface {
	Allocator
	Conclude(v *View)
}

// Paced is an Allocator with a control period of its own instead of the scenario's (Setup.Period).
// Its windows have the same length. If the period is 0, the scenario's holds.
type Paced interface {
	Allocator
	Period() time.Duration
}

// Wakeful is an Allocator that is also asked between periods. If a request comes for a model
// without any ready or coming replica, the run calls Wakes for the model. If the answer is yes, the
// run asks for a plan at the end of the same instant; the window is still the last finished one.
// This happens for each model at most once until the next period, or until the model has a replica
// again. Requests handed over to decode replicas count, and so do requests that lost their replica.
type Wakeful interface {
	Allocator
	Wakes(v *View, m fleet.ModelID) bool
}

// Plan is the changes that an allocator wants. The run applies them in the order Drain, Stop, Boot,
// Load. An impossible change ends the run with an error that names the allocator.
type Plan struct {
	Drain []fleet.ReplicaID // replicas that finish their requests and then leave
	Stop  []fleet.MachineID // machines that drain all their replicas and are then released
	Boot  []fleet.TypeID    // machines to order
	// zone of each machine of Boot; 0: the fleet chooses it; nil: it chooses all
	Zones []fleet.ZoneID
	Load  []Placement // replicas to place

	// The figures behind the plan, in requests per second. They are reported, not acted on. Each
	// list is nil or has one value per model; Each has one value per deployment.
	Demand    []float64 // forecast
	Capacity  []float64 // planned capacity of the replicas that the plan wants
	Shortfall []float64 // demand that the plan leaves unserved because of the limits
	Each      []float64 // capacity of one replica, as the plan counts it

	Optimality *Optimality // how good the plan is; reported, not acted on; nil: no solver made it
}

// Optimality says how near a plan is to the best plan, and what more demand or more machines would
// change. Unknown numbers are NaN, unknown lists are nil. Costs are in $ per hour. They include the
// cost of boots and loads, spread over time as the allocator does.
type Optimality struct {
	Method    string    // the solver, and the solver that it fell back to, if any
	Objective float64   // cost of the plan, as the solver counts it
	Bound     float64   // no plan costs less
	Exact     bool      // it is proved that no plan costs less than this one
	Shortage  Shortage  // what the plan leaves unserved
	Altered   bool      // the plan was changed after it was solved; Objective and Bound are unknown
	Demand    []float64 // per model: cost of one more request per second, $/h
	Limits    []float64 // per machine type: the most that one machine beyond the limit saves, $/h
}

// Shortage is the demand that a plan leaves unserved because of limits, in requests per second. It
// is empty if they leave none, or only what is not worth its price.
type Shortage struct {
	Unserved   float64 // unserved by this plan
	Unservable float64 // lower bound on what any plan leaves unserved
	Of         float64 // the whole demand
	Penalty    float64 // $/h that Objective counts for each request per second unserved
}

// Gap returns the relative gap of a plan's cost to its bound, and 0 if the plan is exact:
// (objective − bound)/|objective|, without the penalty of what no plan can serve. It returns NaN if
// the objective or the bound is unknown, or if another plan may serve more.
func (o *Optimality) Gap() float64 {
	s := &o.Shortage
	cost := o.Objective - s.Penalty*s.Unserved
	switch {
	case o.Exact:
		return 0
	case cost == 0 || s.Unserved-s.Unservable > 1e-9*s.Of:
		return math.NaN()
	}
	return max(0, o.Objective-o.Bound) / math.Abs(cost)
}

// UnservedGap returns the part of the demand that a plan leaves unserved although another plan may
// serve it, and 0 if it is exact. It returns NaN if that is not known, or if the shortage is empty.
func (o *Optimality) UnservedGap() float64 {
	s := &o.Shortage
	switch {
	case s.Unserved == 0 || math.IsNaN(o.Bound):
		return math.NaN()
	case o.Exact:
		return 0
	}
	return max(0, s.Unserved-s.Unservable) / s.Of
}

// Placement places one replica.
type Placement struct {
	Deployment fleet.DeploymentID
	Machine    fleet.MachineID // an existing machine, or Booted(i) for machine i of Plan.Boot
	GPU        int             // index of the GPU; 0 for a CPU replica
	Start      int             // memory slot of the GPU at which a MIG slice begins; else 0
}

// Booted names machine i of a plan's Boot list before it exists.
func Booted(i int) fleet.MachineID { return fleet.MachineID(-1 - i) }
