package engine

import (
	"fmt"
	"slices"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// core holds what the parts of a run share: the setup, the fleet, the clock, the view, and the fact
// that is emitted next. It knows none of the parts.
type core struct {
	sim.Setup
	fleet  *fleet.Fleet
	queue  kernel.Queue[event]
	view   *sim.View
	moment sim.Moment      // what the view shows
	asked  fleet.RequestID // the request that the router is being asked about
	err    error           // the first error; it stops the run
	next   kernel.Time     // when the next request arrives; kept outside the queue

	// What is to be done at the end of the present instant, after all ends and arrivals.
	touched []fleet.ReplicaID // replicas that may start something, in this order
	// requests whose patience ends now; they leave unless they have started
	impatient []place
	arrived   []fleet.ModelID // models with ranked requests that are to be routed
	crowded   []fleet.ModelID // models whose queues may be too long
	vacated   []fleet.ModelID // models whose replicas have room, since requests left their lines
	late      bool            // one of these lists is not empty, or the allocator may be woken
	watched   bool            // late, or run.watch must run at each event for other reasons
	defers    bool            // nothing starts earlier: this run has token replicas or pipelines

	discipline      sim.Discipline
	canLoseMachines bool // machines or replicas may be lost
	interferes      bool // replicas of one GPU slow each other down, or machines are slow at times
	even            bool // all models are even (fleet.Model.Even)
	// per model: the model that it decodes for, or -1; nil: no token replicas
	origin []fleet.ModelID

	audience [sim.FactKinds][]func(*sim.Fact)
	fact     sim.Fact
	reason   string            // reason of the next rejection fact
	timings  *sim.TokenTimings // timings of the request in the next fact of an end
	// per request: the index of its pipeline request, or of the call of which it is an attempt
	parents []int32

	calls   bool   // some requests have clients
	cancels bool   // servers learn that some clients have gone
	out     []bool // per replica: out of rotation; nil: no replica can be
	gone    []bool // per request: an attempt whose client no longer waits for it
}

// place identifies a request in flight: its place in the slab, and the epoch of that place.
type place struct {
	id    fleet.RequestID
	epoch uint32
}

// newCore returns the core of a run, without its view and its observers.
func newCore(s sim.Setup) *core {
	c := &core{
		Setup: s, next: kernel.Never, fleet: fleet.New(s.Spec), canLoseMachines: s.Spec.CanLoseReplicas(), interferes: s.Spec.Interferes() || s.Spec.Slows(),
	}
	c.calls, c.cancels = len(s.Spec.Clients) > 0, s.Spec.Cancels()
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
	period := s.ControlPeriod() // 0: the allocator is asked only once
	c.moment = sim.Moment{Window: sim.Expectation(s.Spec, c.Expected, max(period, 1)), Period: period}
	return c
}

// servesTokens reports whether a run has token replicas.
func servesTokens(s *fleet.Spec) bool {
	return slices.ContainsFunc(s.Deployments, func(d fleet.Deployment) bool { return d.Tokens != nil })
}

// origins returns for each model the model that it decodes for, or -1.
func origins(models []fleet.Model) []fleet.ModelID {
	list := slices.Repeat([]fleet.ModelID{-1}, len(models))
	for m := range models {
		if d := models[m].Decoder; d > 0 {
			list[d] = fleet.ModelID(m)
		}
	}
	return list
}

// last reports whether no request arrives any more at the present instant, and nothing waits for
// the end of the instant. If the queue has no event at this instant either, a replica may start at
// once.
func (c *core) last() bool { return !c.late && !c.defers && c.next != c.queue.Now() }

// beLate records that something waits for the end of the present instant.
func (c *core) beLate() { c.late, c.watched = true, true }

// touch lets a replica start what it can at the end of the present instant.
func (c *core) touch(at fleet.ReplicaID) {
	if rep := c.fleet.Replica(at); !rep.Touched {
		rep.Touched = true
		c.touched = append(c.touched, at)
		c.beLate()
	}
}

// vacate records that a request has left the line at a replica of a model unserved. Requests that
// wait for a replica of that model are offered again at the end of the present instant.
func (c *core) vacate(m fleet.ModelID) {
	if c.fleet.Pending(m) > 0 {
		c.vacated = append(c.vacated, m)
		c.beLate()
	}
}

// fail keeps the first error. The run stops at it.
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

// deployment returns the deployment of a replica.
func (c *core) deployment(at fleet.ReplicaID) *fleet.Deployment {
	return &c.Spec.Deployments[c.fleet.Replica(at).Deployment]
}

// machineType returns the type of a machine.
func (c *core) machineType(on fleet.MachineID) *fleet.MachineType {
	return &c.Spec.Types[c.fleet.Machine(on).Type]
}

// prefilled reports whether a request has been handed over from its prefill replica to decode.
func (c *core) prefilled(id fleet.RequestID) bool {
	return c.origin != nil && c.origin[c.fleet.Request(id).Model] >= 0
}

// restore sets the model of a request back to the model that it came for.
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

// cancelled reports whether a request is an attempt that its server is to end, because its client
// has gone.
func (c *core) cancelled(id fleet.RequestID) bool {
	return c.cancels && int(id) < len(c.gone) && c.gone[id] && c.client(c.fleet.Request(id)).Cancels
}

// patience returns how long a request waits for its start. 0 means for ever.
func (c *core) patience(request *fleet.Request) time.Duration {
	if request.Patience > 0 {
		return request.Patience
	}
	return c.Spec.Models[request.Model].Timeout
}

// slowdown returns the factor by which other replicas on its GPU and a slow machine stretch a
// service that a replica starts now.
func (c *core) slowdown(at fleet.ReplicaID) float64 {
	if c.interferes {
		return c.fleet.Slowdown(at) * c.fleet.SlowedBy(at, c.queue.Now())
	}
	return 1
}

// alone returns the service time of one request alone, if a replica starts it now.
func (c *core) alone(at fleet.ReplicaID, d *fleet.Deployment, r *fleet.Request) time.Duration {
	return d.Alone(&c.Spec.Models[r.Model], r, c.slowdown(at))
}
