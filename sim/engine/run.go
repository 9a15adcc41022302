// Package engine runs a workload against a virtual fleet under the levers of package sim. It
// reports what happens as one stream of facts. It holds no counters and knows no policy: metrics,
// golden traces and checks are observers of the facts.
//
// A run has parts. A part knows only the parts that stand above it in this list:
//
//   - core: the setup, the fleet, the clock, the view, and the fact that is emitted next
//   - arrivals: the stream of requests · clients: their attempts
//   - health: which replicas are in rotation · ends: how requests leave the run
//   - loading, leaving: how replicas load their weights, and leave the fleet
//   - servers (batches, oneByOne, sharing, tokenReplicas): how a replica serves
//   - gate, dispatch: the way of a request to a replica · instant: the order within an instant
//   - zones: when zones are down · losses: failures, notices and maintenance of machines
//   - plans: the decisions of the allocator · pipelines: requests of several stages
//   - windows, bills: what an allocator sees · waking: when a request wakes the allocator
//   - run: the loop over events
package engine

import (
	"context"
	"fmt"
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// run is one run in progress.
type run struct {
	*core
	arrivals  *arrivals
	clients   *clients // nil: no request has a client
	ends      *ends
	loading   *loading
	batches   *batches
	oneByOne  *oneByOne
	sharing   *sharing
	tokens    *tokenReplicas // nil: no deployment serves tokens
	health    *health        // nil: no replica is ever out of rotation
	gate      *gate          // nil: no gateway
	dispatch  *dispatch
	losses    *losses
	plans     *plans
	pipelines *pipelines
	windows   *windows
	drains    bool // the run is past its horizon
	bills     *bills
	waking    *waking // nil: no request wakes the allocator
}

// Run simulates the setup and shows every fact to the observers. It returns the first error of a
// lever, of the arrivals, or of the context. Facts shown before the error are valid.
func Run(ctx context.Context, s sim.Setup) error {
	if err := s.Validate(); err != nil {
		return err
	}
	return newRun(s).play(ctx)
}

func newRun(s sim.Setup) *run {
	s.Spec = budgeted(s.Spec, s.Batcher)
	c := newCore(s)
	r := &run{core: c, arrivals: newArrivals(c), loading: &loading{core: c}, windows: newWindows(s.Spec, s.ByClass), bills: newBills(s.Spec)}
	c.moment.Shown, c.moment.Bills = &r.windows.shown, r.bills.types
	r.clients = newClients(c, r.arrivals)
	r.health = newHealth(c)
	r.ends = &ends{core: c, arrivals: r.arrivals, clients: r.clients, health: r.health}
	leaving := &leaving{c, r.loading, newSleepers(c)}
	r.gate = newGate(c)
	r.dispatch = &dispatch{core: c, ends: r.ends, leaving: leaving, gate: r.gate}
	line := queued{c, r.ends}
	r.batches, r.oneByOne, r.sharing = &batches{line, newTurns(c)}, &oneByOne{line}, &sharing{queued: line}
	r.tokens = newTokenReplicas(c, r.ends)
	for d := range s.Spec.Deployments {
		r.dispatch.servers = append(r.dispatch.servers, r.server(&s.Spec.Deployments[d]))
	}
	if list := r.dispatch.servers; len(list) > 0 && len(slices.Compact(slices.Clone(list))) == 1 {
		r.dispatch.common = list[0]
	}
	r.losses = &losses{core: c, dispatch: r.dispatch, leaving: leaving, loading: r.loading, zones: newZones(c)}
	r.plans = &plans{core: c, dispatch: r.dispatch, leaving: leaving, losses: r.losses, starts: newStarts(&s)}
	r.waking = newWaking(c, r.plans)
	r.pipelines = newPipelines(c, r.arrivals, r.dispatch, r.ends)
	r.defers = r.tokens != nil || len(s.Spec.Pipelines) > 0
	r.watched = r.defers
	c.view = sim.NewView(c.fleet, &c.moment, nil)
	if r.tokens != nil {
		r.tokens.handOver, r.tokens.leaveLine, r.dispatch.tokens = r.dispatch.handOver, r.dispatch.leaveLine, r.tokens
		c.view = sim.NewView(c.fleet, &c.moment, r.tokens)
	}
	r.gather()
	return r
}

// server returns the server of a deployment.
func (r *run) server(d *fleet.Deployment) server {
	switch {
	case d.Tokens != nil:
		return r.tokens
	case r.discipline == sim.PreemptByRank || r.discipline == sim.PreemptByRemaining:
		return r.oneByOne
	case r.discipline == sim.Share || r.discipline == sim.LeastServed:
		return r.sharing
	}
	return r.batches
}

// gather finds the audience of every kind of fact. First come the run's own bills, and its windows
// if the allocator is asked again. Then come levers that learn from facts, then the observers of
// the setup.
func (r *run) gather() {
	list := []sim.Observer{r.bills}
	if r.moment.Period > 0 {
		list = append(list, r.windows)
	}
	if r.waking != nil {
		list = append(list, r.waking)
	}
	if r.gate != nil {
		list = append(list, r.gate)
	}
	for _, lever := range r.Levers.All() {
		if o, ok := lever.Policy.(sim.Observer); ok {
			list = append(list, o)
		}
	}
	for kind := range sim.FactKinds {
		for _, o := range slices.Concat(list, r.Observers) {
			if observe := sim.HandlerOf(o, kind); observe != nil {
				r.audience[kind] = append(r.audience[kind], observe)
			}
		}
	}
}

// play carries out the run. At each instant, services end first, with all other events. Then
// requests arrive, then replicas start what they can, then requests give up.
func (r *run) play(ctx context.Context) error {
	r.start()
	const poll = 1 << 14 // events between two checks of the context
	for n := 1; r.err == nil; n++ {
		if n%poll == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if r.watched {
			if did, over := r.watch(); over {
				break
			} else if did {
				continue
			}
		}
		switch e, arrival := r.queue.Turn(r.next); {
		case arrival:
			r.arrive()
		case e.kind == batchDone:
			if r.batches.finish(e) {
				r.dispatch.refill(fleet.ReplicaID(e.index))
			}
		default:
			r.handle(e)
		}
	}
	if r.err == nil {
		r.err = r.Arrivals.Err()
	}
	if r.err != nil {
		return fmt.Errorf("at %v: %w", r.queue.Now(), r.err)
	}
	r.finish()
	return nil
}

// watch does what must come before the next event or arrival. It begins stages of pipelines, ends
// the steps of a token replica, or ends an instant (startAll). It reports whether it did one of
// these, and whether the run is over.
func (r *run) watch() (did, over bool) {
	if len(r.ends.branches) > 0 {
		r.pipelines.settle()
	}
	if r.tokens != nil {
		at, boundary := r.tokens.boundaries.next()
		if boundary == r.queue.Now() || !r.late && len(r.pipelines.next) == 0 && boundary <= min(r.next, r.queue.Peek()) {
			if r.past(boundary) {
				return false, true
			}
			r.goOn(at, boundary)
			return true, false
		}
	}
	if len(r.pipelines.next) > 0 && r.queue.Peek() != r.queue.Now() {
		r.pipelines.begin()
		return true, false
	}
	if r.clients != nil && len(r.clients.due) > 0 && r.queue.Peek() != r.queue.Now() {
		r.tryAgain()
		return true, false
	}
	if r.late && r.next != r.queue.Now() && r.queue.Peek() != r.queue.Now() {
		r.startAll()
		return true, false
	}
	return false, r.drains && r.past(r.queue.Peek())
}

// goOn ends the run of steps of a token replica at a boundary. The replica begins its next run of
// steps at once. If more happens at this instant, it begins at the end of the instant.
func (r *run) goOn(at fleet.ReplicaID, boundary kernel.Time) {
	if r.tokens.end(at, boundary) {
		r.dispatch.refill(at)
	}
	others := min(r.tokens.boundaries.beside(at), r.next, r.queue.Peek())
	if r.late || len(r.ends.branches) > 0 || others == boundary {
		r.tokens.boundaries.set(at, kernel.Never)
		r.touch(at)
	} else {
		r.tokens.start(at)
	}
}

// start brings up the first fleet and schedules what is known from the beginning.
func (r *run) start() {
	r.queue.Schedule(kernel.Time(r.Warmup), event{kind: warmed})
	r.queue.Schedule(kernel.Time(r.Duration), event{kind: horizon})
	r.losses.supplies()
	r.losses.maintenance()
	r.losses.zones.schedule()
	r.loading.outages()
	r.tokens.slowdowns()
	r.plans.decide(!r.ColdStart)
	if r.moment.Period > 0 {
		r.queue.Schedule(kernel.Time(r.moment.Period), event{kind: control})
	}
	if r.health != nil {
		r.queue.Schedule(kernel.Time(r.Health.Interval()), event{kind: healthDue})
	}
	r.arrivals.pull()
}

// past reports whether the run is over before an instant, because nothing is left to do or the
// drain has ended.
func (r *run) past(next kernel.Time) bool {
	end := kernel.Time(r.Duration)
	if next <= end {
		return false
	}
	idle := r.fleet.InFlight() == 0 && len(r.pipelines.next) == 0 && r.pipelines.pauses == 0 && (r.clients == nil || r.clients.open == 0)
	return next == kernel.Never || idle || r.Drain >= 0 && next > end.Add(r.Drain)
}

// arrive lets the next request arrive, and schedules the one after it.
func (r *run) arrive() {
	a := r.arrivals
	r.next = kernel.Never
	if a.responds != nil && !a.read() {
		return
	}
	if a.ahead.Pipeline != 0 {
		r.pipelines.enter()
		return
	}
	if r.calls && a.ahead.Client != 0 {
		r.attempt(r.clients.begin())
		return
	}
	id, epoch := r.fleet.Admit(&a.ahead)
	r.fleet.Request(id).Ordinal = a.number()
	if a.responds != nil {
		a.noteCaller(id)
	}
	r.emitRequest(sim.RequestArrived, id, fleet.NoReplica)
	a.pull()
	r.dispatch.receive(id, epoch)
}

// tryAgain lets the attempts of calls that are due arrive, after all ends at this instant.
func (r *run) tryAgain() {
	for _, of := range r.clients.due {
		if !r.clients.calls[of].over { // a hedged request may have been answered at this instant
			r.attempt(of)
		}
	}
	r.clients.due = r.clients.due[:0]
}

// handle carries out an event of any kind but batchDone.
func (r *run) handle(e event) {
	switch at, request := fleet.ReplicaID(e.index), fleet.RequestID(e.index); e.kind {
	case oneDone:
		if r.oneByOne.finish(at, fleet.RequestID(e.other), e.epoch) {
			r.dispatch.refill(at)
		}
	case shareDone:
		if r.sharing.finish(at, e.epoch) {
			r.dispatch.refill(at)
		}
	case entered:
		r.tokens.enter(request, e.epoch, fleet.ReplicaID(e.other))
	case cacheArrives:
		r.tokens.land(e.epoch)
	case handedOver:
		r.tokens.handedOver(request, e.epoch, fleet.ReplicaID(e.other))
	case delivered:
		if at = fleet.ReplicaID(e.other); r.tokens.deliver(request, e.epoch, at) {
			r.dispatch.refill(at)
		}
	case alarm:
		r.batches.ring(at, e.epoch)
	case singleDone:
		if r.batches.finishSingle(at, fleet.RequestID(e.other), e.epoch) {
			r.dispatch.refill(at)
		}
	case attemptExpires:
		r.clients.expired = append(r.clients.expired, place{request, e.epoch})
		r.beLate()
	case answerArrives:
		r.answerArrives(request, fleet.ReplicaID(e.other))
	case branchDue:
		r.pipelines.again(e)
	case attemptDue:
		r.clients.due = append(r.clients.due, e.index)
		r.beLate()
	case hedgeDue:
		r.clients.hedge(e.index, e.epoch)
	case giveUp:
		r.impatient = append(r.impatient, place{request, e.epoch})
		r.beLate()
	case replicaDone, replicaWakes, transferDone:
		r.startUp(e)
	case zoneTurns:
		r.losses.turnZone(fleet.ZoneID(e.index))
	case serviceTurns:
		r.losses.maintain(fleet.TypeID(e.index), int(e.other))
	case healthDue:
		r.health.due()
	case slownessTurns:
		r.tokens.turnSlow(fleet.TypeID(e.index))
	case storageTurns:
		r.loading.turn()
	case machineDone, machineFails, repairDone, noticeGiven, noticeOver:
		r.losses.turn(e.kind, fleet.MachineID(e.index))
	case graceOver:
		r.losses.endGrace(at)
	case supplySet:
		r.losses.supply(fleet.TypeID(e.index), int(e.other))
	case control:
		r.control()
	case warmed:
		r.tokens.report()
		r.emitRun(sim.WarmedUp)
	case horizon:
		r.drains, r.watched = true, true
		r.tokens.report()
		r.arrivals.emitWithheld()
		r.emitRun(sim.HorizonReached)
	}
}

// startUp carries out an event of a replica that loads. It may be ready then.
func (r *run) startUp(e event) {
	at, ready := fleet.ReplicaID(e.index), false
	switch loads := r.fleet.Replica(at).State == fleet.Loading; e.kind {
	case replicaDone:
		ready = loads && r.loading.begin(at)
	case replicaWakes:
		ready = loads
	case transferDone:
		ready = r.loading.end(at, e.epoch)
	}
	if ready {
		r.plans.becomeReady(at)
	}
}

// control rolls the windows and asks the allocator, until the horizon.
func (r *run) control() {
	now := r.queue.Now()
	if now >= kernel.Time(r.Duration) {
		return
	}
	r.tokens.report()
	if w := r.windows.roll(r.viewNow(), r.Delay); w != nil {
		r.moment.Window = w
	}
	if r.waking != nil {
		r.waking.begin()
	}
	r.plans.decide(false)
	r.queue.Schedule(now.Add(r.moment.Period), event{kind: control})
}

// conclude shows the last window to an allocator that wants to see it, whatever the delay.
func (r *run) conclude() {
	to, wants := r.Allocator.(sim.Concluding)
	if !wants || r.moment.Period == 0 {
		return
	}
	if w := r.windows.roll(r.viewNow(), 0); w != nil {
		r.moment.Window = w
	}
	to.Conclude(r.viewNow())
}

// finish ends what is still in flight.
func (r *run) finish() {
	r.tokens.reportLast()
	r.conclude()
	r.fleet.EachInFlight(func(id fleet.RequestID) {
		r.restore(id)
		r.emitRequest(sim.RequestUnfinished, id, r.fleet.Given(id))
	})
	r.pipelines.endAll()
	if r.clients != nil {
		r.clients.endAll()
	}
	r.emitRun(sim.Ended)
}
