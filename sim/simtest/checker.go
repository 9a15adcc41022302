package simtest

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// InvariantChecker is an observer that checks the invariants of a run.
//
//   - The clock never decreases.
//   - A request goes through arrived, routed, started, finished, and ends in exactly one outcome.
//     It is retried or fails if and only if its replica was lost.
//   - A replica drains no longer than the grace period, if there is one.
//   - A replica works only while it is ready or drains and its machine is up. It uses at most its
//     slots.
//   - The members of a batch take at most the places of the batch, unless it has one member.
//   - The replicas of a machine never take more resources than it has. A machine is empty when it
//     is repaired or released. It is billed once, from order to release. No more machines are
//     ordered than can be rented.
//   - At the end, arrived = finished + rejected + timed out + dropped + failed + withdrawn +
//     cancelled + unfinished.
//   - At the end, Little's law holds exactly: the integral over time of the number of requests in
//     the system equals the sum of the times that requests were in the system, in nanoseconds.
//
// Branches of pipelines and attempts of clients count as requests here. Pipelines and Calls check
// the requests that have them.
type InvariantChecker struct {
	Arrived, Finished, Rejected, TimedOut, Dropped, Failed, Withdrawn, Cancelled, Unfinished int64

	Pipelines Pipelines
	Calls     Calls

	Retried, MachinesFailed, Reclaimed int64 // how often each happened

	spec     *fleet.Spec
	now      kernel.Time
	inSystem int64
	area     big.Int // ∫ number in system dt, ns
	sojourn  big.Int // Σ time in system, ns
	stage    map[int64]sim.FactKind
	at       map[int64]fleet.ReplicaID // replica of each request that was given to one
	had      map[fleet.ReplicaID]int   // requests that a replica has
	used     map[fleet.MachineID]fleet.Resources
	busy     map[fleet.ReplicaID]int
	begun    begun
	replica  map[fleet.ReplicaID]sim.FactKind
	drains   map[fleet.ReplicaID]kernel.Time // when the drain began
	machine  map[fleet.MachineID]sim.FactKind
	rented   map[fleet.TypeID]int
	faults   []error
	ended    bool
}

// NewInvariantChecker returns a checker for runs of a spec.
func NewInvariantChecker(c *fleet.Spec) *InvariantChecker {
	return &InvariantChecker{
		spec: c, Pipelines: Pipelines{Ended: map[sim.FactKind]int64{}, inFlight: map[int32]*parent{}}, Calls: Calls{Ended: map[sim.FactKind]int64{}, inFlight: map[int32]*progress{}}, stage: map[int64]sim.FactKind{}, at: map[int64]fleet.ReplicaID{}, had: map[fleet.ReplicaID]int{},
		used: map[fleet.MachineID]fleet.Resources{}, busy: map[fleet.ReplicaID]int{},
		replica: map[fleet.ReplicaID]sim.FactKind{}, drains: map[fleet.ReplicaID]kernel.Time{}, machine: map[fleet.MachineID]sim.FactKind{}, rented: map[fleet.TypeID]int{},
	}
}

func (c *InvariantChecker) fault(f *sim.Fact, format string, args ...any) {
	if len(c.faults) < 20 {
		c.faults = append(c.faults, fmt.Errorf("at %v %v: %w", f.At, f.Kind, fmt.Errorf(format, args...)))
	}
}

// Observe implements sim.Observer.
func (c *InvariantChecker) Observe(f *sim.Fact) {
	if f.At < c.now {
		c.fault(f, "the clock went back from %v", c.now)
	}
	c.area.Add(&c.area, new(big.Int).Mul(big.NewInt(c.inSystem), big.NewInt(int64(f.At-c.now))))
	c.Pipelines.advance(f.At - c.now)
	c.Calls.advance(f.At - c.now)
	c.now = f.At
	if c.ended {
		c.fault(f, "a fact after the end")
	}
	switch f.Kind {
	case sim.RequestArrived, sim.RequestRouted, sim.RequestStarted, sim.RequestPreempted, sim.RequestResumed, sim.RequestFinished, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestUnfinished, sim.RequestInterrupted, sim.RequestRetried, sim.RequestFailed, sim.RequestPrefilled, sim.RequestWithdrawn, sim.RequestCancelled, sim.RequestAnswered:
		c.request(f)
		c.branch(f)
		c.attempt(f)
		if f.Kind == sim.RequestStarted {
			c.member(f)
		}
	case sim.PipelineArrived:
		c.enter(f)
	case sim.CallBegan:
		c.begin(f)
	case sim.CallEnded:
		c.endCall(f)
	case sim.PipelineEnded:
		c.leave(f)
	case sim.BatchStarted, sim.BatchFinished, sim.BatchesLost:
		c.batch(f)
		if f.Kind == sim.BatchStarted {
			c.member(f)
		}
	case sim.ReplicaLoading, sim.ReplicaReady, sim.ReplicaCancelled, sim.ReplicaDraining, sim.ReplicaRemoved, sim.ReplicaLost:
		c.onReplica(f)
	case sim.MachineOrdered, sim.MachineUp, sim.MachineFailed, sim.MachineRepaired, sim.MachineReclaiming, sim.MachineReleased:
		c.onMachine(f)
	case sim.Ended:
		c.ended = true
	}
}

// before lists, for each kind of fact, which kinds may be the previous fact of the same request.
var before = map[sim.FactKind][]sim.FactKind{
	sim.RequestRouted:      {sim.RequestArrived, sim.RequestRetried, sim.RequestPrefilled},
	sim.RequestPrefilled:   {sim.RequestStarted, sim.RequestResumed},
	sim.RequestStarted:     {sim.RequestRouted},
	sim.RequestPreempted:   {sim.RequestStarted, sim.RequestResumed},
	sim.RequestResumed:     {sim.RequestPreempted},
	sim.RequestFinished:    {sim.RequestStarted, sim.RequestResumed, sim.RequestAnswered},
	sim.RequestAnswered:    {sim.RequestStarted, sim.RequestResumed},
	sim.RequestRejected:    {sim.RequestArrived, sim.RequestRouted, sim.RequestRetried, sim.RequestPreempted, sim.RequestPrefilled},
	sim.RequestTimedOut:    {sim.RequestArrived, sim.RequestRouted, sim.RequestRetried, sim.RequestPreempted},
	sim.RequestCancelled:   {sim.RequestStarted, sim.RequestResumed},
	sim.RequestDropped:     {sim.RequestRouted},
	sim.RequestInterrupted: {sim.RequestStarted, sim.RequestResumed, sim.RequestPreempted},
	sim.RequestRetried:     {sim.RequestRouted, sim.RequestPreempted, sim.RequestInterrupted},
	sim.RequestFailed:      {sim.RequestRouted, sim.RequestPreempted, sim.RequestInterrupted},
	sim.RequestWithdrawn:   {sim.RequestArrived, sim.RequestRouted, sim.RequestRetried},
	sim.RequestUnfinished:  {sim.RequestArrived, sim.RequestRouted, sim.RequestStarted, sim.RequestPreempted, sim.RequestResumed, sim.RequestRetried, sim.RequestPrefilled, sim.RequestAnswered},
}

func (c *InvariantChecker) request(f *sim.Fact) {
	id := f.Request.Ordinal
	last, known := c.stage[id]
	if f.Kind == sim.RequestArrived {
		if known {
			c.fault(f, "request %d arrives twice", id)
		}
		if f.At != f.Request.Arrival {
			c.fault(f, "request %d arrives at another instant than %v", id, f.Request.Arrival)
		}
		c.Arrived++
		c.inSystem++
		c.stage[id] = f.Kind
		return
	}
	if !known || !slices.Contains(before[f.Kind], last) {
		c.fault(f, "request %d was %v (known: %v)", id, last, known)
	}
	if f.Kind == sim.RequestFinished && (last == sim.RequestAnswered) != (f.Network > 0) {
		c.fault(f, "request %d was %v, and %v on the network", id, last, f.Network)
	}
	c.stage[id] = f.Kind
	c.place(f)
	count := c.outcome(f.Kind)
	if count == nil {
		return
	}
	*count++
	delete(c.stage, id)
	c.inSystem--
	c.sojourn.Add(&c.sojourn, big.NewInt(int64(f.At-f.Request.Arrival)))
	if f.Kind == sim.RequestFinished && f.Span != f.At.Sub(f.Request.Arrival) {
		c.fault(f, "the fact says that request %d took %v", id, f.Span)
	}
}

// outcome returns the counter of an outcome, or nil if the kind is not an outcome.
func (c *InvariantChecker) outcome(k sim.FactKind) *int64 {
	switch k {
	case sim.RequestFinished:
		return &c.Finished
	case sim.RequestRejected:
		return &c.Rejected
	case sim.RequestTimedOut:
		return &c.TimedOut
	case sim.RequestDropped:
		return &c.Dropped
	case sim.RequestFailed:
		return &c.Failed
	case sim.RequestWithdrawn:
		return &c.Withdrawn
	case sim.RequestCancelled:
		return &c.Cancelled
	case sim.RequestUnfinished:
		return &c.Unfinished
	}
	return nil
}

func (c *InvariantChecker) batch(f *sim.Fact) {
	d := &c.spec.Deployments[f.Deployment]
	switch f.Kind {
	case sim.BatchFinished:
		c.busy[f.Replica]--
		return
	case sim.BatchesLost:
		c.busy[f.Replica] -= f.Count
		return
	}
	c.busy[f.Replica]++
	if c.busy[f.Replica] > d.Slots {
		c.fault(f, "replica %d works on %d batches with %d slots", f.Replica, c.busy[f.Replica], d.Slots)
	}
	if f.Count < 1 || f.Count > d.MaxBatch {
		c.fault(f, "a batch of %d, at most %d allowed", f.Count, d.MaxBatch)
	}
	if state := c.replica[f.Replica]; state != sim.ReplicaReady && state != sim.ReplicaDraining {
		c.fault(f, "replica %d works while %v", f.Replica, state)
	}
	if state := c.machine[f.Machine]; state != sim.MachineUp && state != sim.MachineRepaired && state != sim.MachineReclaiming {
		c.fault(f, "replica %d works while its machine %v", f.Replica, state)
	}
}

func (c *InvariantChecker) onReplica(f *sim.Fact) {
	last, known := c.replica[f.Replica]
	ok := map[sim.FactKind]bool{
		sim.ReplicaLoading:   !known,
		sim.ReplicaReady:     last == sim.ReplicaLoading,
		sim.ReplicaCancelled: last == sim.ReplicaLoading,
		sim.ReplicaDraining:  last == sim.ReplicaReady,
		sim.ReplicaRemoved:   last == sim.ReplicaDraining && c.busy[f.Replica] == 0 && c.had[f.Replica] == 0,
		sim.ReplicaLost:      last == sim.ReplicaDraining && c.busy[f.Replica] == 0,
	}[f.Kind]
	if !ok {
		c.fault(f, "replica %d was %v (known: %v), working on %d", f.Replica, last, known, c.busy[f.Replica])
	}
	if up := c.machine[f.Machine]; f.Kind == sim.ReplicaReady && up != sim.MachineUp && up != sim.MachineRepaired {
		c.fault(f, "replica %d is ready on machine %d, which is not up", f.Replica, f.Machine)
	}
	c.replica[f.Replica] = f.Kind
	switch f.Kind {
	case sim.ReplicaDraining:
		c.drains[f.Replica] = f.At
	case sim.ReplicaRemoved, sim.ReplicaLost:
		if span := f.At.Sub(c.drains[f.Replica]); c.spec.Grace > 0 && span > c.spec.Grace {
			c.fault(f, "replica %d drained for %v, longer than its grace of %v", f.Replica, span, c.spec.Grace)
		}
	}
	switch f.Kind {
	case sim.ReplicaLoading:
		c.hold(f, 1)
	case sim.ReplicaCancelled, sim.ReplicaRemoved, sim.ReplicaLost:
		c.hold(f, -1)
	}
}

func (c *InvariantChecker) onMachine(f *sim.Fact) {
	last, known := c.machine[f.Machine]
	ok := map[sim.FactKind]bool{
		sim.MachineOrdered:    !known,
		sim.MachineUp:         last == sim.MachineOrdered,
		sim.MachineFailed:     last == sim.MachineUp || last == sim.MachineRepaired || last == sim.MachineReclaiming,
		sim.MachineRepaired:   last == sim.MachineFailed && c.used[f.Machine] == fleet.Resources{},
		sim.MachineReclaiming: last == sim.MachineOrdered || last == sim.MachineUp || last == sim.MachineRepaired || last == sim.MachineFailed,
		sim.MachineReleased:   known && last != sim.MachineReleased && c.used[f.Machine] == fleet.Resources{},
	}[f.Kind]
	if !ok {
		c.fault(f, "machine %d was %v (known: %v)", f.Machine, last, known)
	}
	c.machine[f.Machine] = f.Kind
	switch f.Kind {
	case sim.MachineOrdered:
		c.rent(f)
	case sim.MachineReleased:
		c.rented[f.Type]--
	case sim.MachineFailed:
		c.MachinesFailed++
	case sim.MachineReclaiming:
		c.Reclaimed++
	}
}

// Err returns every broken invariant. It is called after the run.
func (c *InvariantChecker) Err() error {
	faults := c.faults
	if !c.ended {
		faults = append(faults, errors.New("the run did not end"))
	}
	for at, n := range c.had {
		if n != 0 {
			faults = append(faults, fmt.Errorf("replica %d has %d requests after the end", at, n))
		}
	}
	if sum := c.Finished + c.Rejected + c.TimedOut + c.Dropped + c.Failed + c.Withdrawn + c.Cancelled + c.Unfinished; sum != c.Arrived || c.inSystem != 0 {
		faults = append(faults, fmt.Errorf("%d arrived, but %d finished + %d rejected + %d timed out + %d dropped + %d failed + %d withdrawn + %d cancelled + %d unfinished = %d",
			c.Arrived, c.Finished, c.Rejected, c.TimedOut, c.Dropped, c.Failed, c.Withdrawn, c.Cancelled, c.Unfinished, sum))
	}
	if c.area.Cmp(&c.sojourn) != 0 {
		faults = append(faults, fmt.Errorf("little's law: ∫ N dt is %v ns, Σ T is %v ns", &c.area, &c.sojourn))
	}
	return errors.Join(slices.Concat(faults, c.Pipelines.faults(), c.Calls.faults())...)
}
