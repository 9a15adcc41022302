package engine

import (
	"fmt"
	"slices"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// core is what the parts of a run share: its setup, its fleet, its clock, its view, and the fact
// that is told next. It knows none of the parts.
type core struct {
	sim.Setup
	fleet  *fleet.Fleet
	queue  kernel.Queue[event]
	view   *sim.View
	moment sim.Moment      // what the view shows
	asked  fleet.RequestID // the request that the router is asked about
	err    error           // the first; the run stops at it
	next   kernel.Time     // when the next request arrives; kept outside the queue

	// What starts at the present instant waits until all that ends and arrives at it is there.
	touched   []fleet.ReplicaID // may start something then, in this order
	impatient []place           // requests that give up then, unless they have started
	arrived   []fleet.ModelID   // whose requests are ranked, and are routed then
	crowded   []fleet.ModelID   // whose queues may then be too long
	vacated   []fleet.ModelID   // at whose replicas somebody has left the line, so that others fit
	late      bool              // one of these lists is not empty, or the allocator may be woken
	watched   bool              // late, or the loop over events has more to look at than these
	defers    bool              // nothing starts before: more may follow from what has been

	discipline      sim.Discipline
	canLoseMachines bool            // or replicas
	interferes      bool            // replicas of one GPU slow each other down
	even            bool            // all models are (fleet.Model.Even)
	origin          []fleet.ModelID // per model: the one that it decodes for, or -1; nil: no tokens

	audience [sim.FactKinds][]func(*sim.Fact)
	fact     sim.Fact
	reason   string            // of the rejection that is told next
	timings  *sim.TokenTimings // of the request whose end is told next
	parents  []int32           // per request: the pipeline request that it is a branch of

}

// place is a request in flight: its place in the slab and the epoch of that.
type place struct {
	id    fleet.RequestID
	epoch uint32
}

// newCore returns the core of a run, without its view and its observers.
func newCore(s sim.Setup) *core {
	c := &core{
		Setup: s, next: kernel.Never, fleet: fleet.New(s.Spec), canLoseMachines: s.Spec.CanLoseReplicas(), interferes: s.Spec.Interferes(),
	}
	c.even = !slices.ContainsFunc(s.Spec.Models, func(m fleet.Model) bool { return !m.Even() })
	if c.Expected == nil {
		c.Expected = make([]float64, len(s.Spec.Models))
	}
	if s.Order != nil && s.Order.Discipline() != sim.FirstCome {
		c.fleet.Rank()
		c.discipline = s.Order.Discipline()
		if c.discipline > sim.Line {
			c.fleet.ServeSingly()
		}
	}
	if servesTokens(s.Spec) {
		c.origin = origins(s.Spec.Models)
	}
	period := s.ControlPeriod() // from one turn of the allocator to the next; 0: it has one turn
	c.moment = sim.Moment{Window: sim.Expectation(s.Spec, c.Expected, max(period, 1)), Period: period}
	return c
}

// servesTokens reports whether a run has token replicas.
func servesTokens(s *fleet.Spec) bool {
	return slices.ContainsFunc(s.Deployments, func(d fleet.Deployment) bool { return d.Tokens != nil })
}

// origins returns for each model the one that it decodes for, or -1.
func origins(models []fleet.Model) []fleet.ModelID {
	list := slices.Repeat([]fleet.ModelID{-1}, len(models))
	for m := range models {
		if d := models[m].Decoder; d > 0 {
			list[d] = fleet.ModelID(m)
		}
	}
	return list
}

// last reports whether nothing else arrives at the present instant and nothing waits for its end.
// If no event of the queue is left at it either, what can start may start at once.
func (c *core) last() bool { return !c.late && !c.defers && c.next != c.queue.Now() }

// beLate notes that something waits for the end of the present instant.
func (c *core) beLate() { c.late, c.watched = true, true }

// touch lets a replica start what it can at the end of the present instant.
func (c *core) touch(at fleet.ReplicaID) {
	if rep := c.fleet.Replica(at); !rep.Touched {
		rep.Touched = true
		c.touched = append(c.touched, at)
		c.beLate()
	}
}

// vacate notes that somebody has left the line at a replica of a model unserved. What waits for a
// replica of that model is offered again at the end of the present instant.
func (c *core) vacate(m fleet.ModelID) {
	if c.fleet.Pending(m) > 0 {
		c.vacated = append(c.vacated, m)
		c.beLate()
	}
}

// fail keeps the first error; the run stops at it.
func (c *core) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

// viewNow returns the view at the present instant.
func (c *core) viewNow() *sim.View {
	c.moment.Now = c.queue.Now()
	return c.view
}

// deployment returns what a replica is a copy of.
func (c *core) deployment(at fleet.ReplicaID) *fleet.Deployment {
	return &c.Spec.Deployments[c.fleet.Replica(at).Deployment]
}

// machineType returns the type of a machine.
func (c *core) machineType(on fleet.MachineID) *fleet.MachineType {
	return &c.Spec.Types[c.fleet.Machine(on).Type]
}

// prefilled reports whether a request has its first token from one replica and is served, or to be
// served, by another.
func (c *core) prefilled(id fleet.RequestID) bool {
	return c.origin != nil && c.origin[c.fleet.Request(id).Model] >= 0
}

// restore lets a request be one of the model that it came for.
func (c *core) restore(id fleet.RequestID) {
	if c.prefilled(id) {
		request := c.fleet.Request(id)
		request.Model = c.origin[request.Model]
	}
}

// waits reports whether a request still waits for its first start.
func (c *core) waits(id fleet.RequestID, epoch uint32) bool {
	return c.fleet.StillWaiting(id, epoch) && !c.prefilled(id)
}

// patience returns how long a request waits for its start; 0: for ever.
func (c *core) patience(request *fleet.Request) time.Duration {
	if request.Patience > 0 {
		return request.Patience
	}
	return c.Spec.Models[request.Model].Timeout
}

// slowdown returns the factor by which what shares its GPU stretches a service that a replica
// starts now.
func (c *core) slowdown(at fleet.ReplicaID) float64 {
	if c.interferes {
		return c.fleet.Slowdown(at)
	}
	return 1
}

// alone returns how long a service takes that a replica starts now for one request alone.
func (c *core) alone(at fleet.ReplicaID, d *fleet.Deployment, r *fleet.Request) time.Duration {
	return d.Alone(&c.Spec.Models[r.Model], r, c.slowdown(at))
}
