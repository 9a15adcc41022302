package sim

import (
	"fmt"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Levers are the policies of a run, one for each kind of lever.
type Levers struct {
	Admission Admission // nil: every request is admitted
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

// All returns the levers in the order of their fields, which is the order in which those that are
// observers see a fact.
func (l *Levers) All() []Lever {
	return []Lever{
		{"admission", l.Admission, true},
		{"order", l.Order, true},
		{"router", l.Router, false},
		{"batcher", l.Batcher, false},
		{"allocator", l.Allocator, false},
	}
}

// Router is the lever that gives each request to a replica. It must choose a ready replica of the request's
// model, or fleet.NoReplica to let the request wait: it is asked again, oldest request first, whenever a
// replica of the model becomes ready or finishes a batch.
type Router interface {
	Route(v *View, r *fleet.Request) fleet.ReplicaID
	String() string
}

// Batcher is the lever that forms batches. It is asked when a replica has a free slot and a queue, and the
// queue has changed or its alarm rings.
type Batcher interface {
	Batch(v *View, at fleet.ReplicaID) BatchDecision
	String() string
}

// BatchDecision takes the first Drop requests of the queue out of it, unserved; then it starts the first Count
// of the rest as one batch, at most the deployment's MaxBatch; or, with Count 0, waits until the queue changes or
// the instant Until comes.
type BatchDecision struct {
	Drop  int
	Count int
	Until kernel.Time // after now; kernel.Never: until the queue changes
}

// Admission is the lever that turns requests away as they arrive.
type Admission interface {
	Admit(v *View, r *fleet.Request) bool
	String() string
}

// Allocator is the lever that decides, once in every control period, which machines to rent and which
// replicas to run. What it sees is the last finished window; what it orders takes its time.
type Allocator interface {
	Allocate(v *View) (Plan, error)
	String() string
}

// Plan is what an allocator wants changed. The engine applies it in the order Drain, Stop, Boot, Load, and
// refuses a plan that any law of the fleet forbids.
type Plan struct {
	Drain []fleet.ReplicaID // finish what you have, then leave
	Stop  []fleet.MachineID // drain all replicas, then release the machine
	Boot  []fleet.TypeID    // machines to order
	Load  []Placement       // replicas to place

	// What the plan was made for, per model in requests per second; reported, not acted on. Each is nil or
	// has one value per model.
	Demand    []float64 // forecast
	Capacity  []float64 // planned, of the replicas wanted
	Shortfall []float64 // demand that the plan leaves unserved, because the limits do not allow more
}

// Placement places one replica.
type Placement struct {
	Deployment fleet.DeploymentID
	Machine    fleet.MachineID // an existing machine, or Booted(i) for machine i of Plan.Boot
	GPU        int             // index of the GPU; 0 for a CPU replica
	Start      int             // memory slot of the GPU at which a MIG slice begins; 0 for what is none
}

// Booted names machine i of a plan's Boot list before it exists.
func Booted(i int) fleet.MachineID { return fleet.MachineID(-1 - i) }
