// Package engine runs a workload against a virtual fleet under the levers of package sim, and tells
// what happens as one stream of facts. It holds no counters and knows no policy: metrics, golden
// traces and checks are observers of the facts.
package engine

import (
	"context"
	"fmt"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// eventKind says what a pending event will do.
type eventKind uint8

const (
	batchDone    eventKind = iota // index: replica, other: first member
	alarm                         // index: replica, epoch: of its batcher's alarm
	oneDone                       // index: replica, other: request, epoch: its turn
	shareDone                     // index: replica, epoch: of its sharing
	giveUp                        // index: request, epoch: of its slab place
	replicaDone                   // index: replica, its start-up ends
	machineDone                   // index: machine, its boot ends
	transferDone                  // index: replica, epoch: of its transfer
	machineFails                  // index: machine
	repairDone                    // index: machine
	noticeGiven                   // index: machine, its owner wants it back
	noticeOver                    // index: machine
	supplySet                     // index: machine type, other: of its supply
	entered                       // index: request, epoch: of its slab place, other: replica
	delivered                     // index: request, epoch: of its slab place, other: replica
	cacheArrives                  // epoch: of the handover
	control                       // the allocator's turn
	warmed
	horizon
)

// event is a future event: a small value. Late ones are known by their epoch and dropped.
type event struct {
	kind  eventKind
	epoch uint32
	index int32
	other int32
}

// run is one run in progress.
type run struct {
	sim.Setup
	fleet             *fleet.Fleet
	queue             kernel.Queue[event]
	view              *sim.View
	moment            sim.Moment      // that the view shows
	asked             fleet.RequestID // that the router is asked about
	drains            bool            // the horizon is past
	watched           bool            // there is more to look at than arrivals and events: LLMs, pipelines, or the end of the drain
	windows           *windows
	audience          [sim.FactKinds][]sim.Observer
	fact              sim.Fact
	responds          sim.Responsive // the arrivals, where they depend on how requests end
	callers           []int64        // then, by request: who sent it
	ahead             fleet.Request  // the next request, read but not arrived
	next              kernel.Time    // when it arrives; kept outside the queue
	ticket            uint64         // its place in the schedule order
	ordinal           int64
	touched           []fleet.ReplicaID // scratch of offer
	reason            string            // why a request is rejected
	discipline        sim.Discipline
	shares            []*sharing // per replica, where requests share it
	canLoseMachines   bool       // machines can be lost
	interferes        bool       // replicas of one GPU slow each other down
	lossSchedule      lossSchedule
	starts            starts
	loading           loading
	tokenReplicas     *tokenReplicas  // where a deployment serves tokens
	upcoming          []fleet.Request // the branches of the next request
	pipelineRequests  []pipelineRequest
	pipelineRequestOf []int32 // per place of a request: of the pipelineRequest that it is a branch of
	spare             []int32 // pipelineRequests that have ended
	left              []departure
	err               error
	withholds         sim.Withholding // the arrivals, where senders may keep requests back
}

// Run simulates the setup and shows every fact to the observers. It returns the first error of a lever, of
// the arrivals, or of the context; facts shown until then are true.
func Run(ctx context.Context, s sim.Setup) error {
	if err := s.Validate(); err != nil {
		return err
	}
	return newRun(s).play(ctx)
}

// play carries the run out.
func (r *run) play(ctx context.Context) error {
	r.start()
	const poll = 1 << 14 // events between looks at the context
	for n := 1; r.err == nil; n++ {
		if n%poll == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if r.watched {
			if len(r.left) > 0 {
				r.settle()
			}
			if r.tokenReplicas != nil {
				if at, boundary := r.tokenReplicas.boundaries.next(); boundary < min(r.next, r.queue.Peek()) {
					if r.past(boundary) {
						break
					}
					r.step(at, boundary)
					continue
				}
			}
			if r.drains && r.past(r.queue.Peek()) {
				break
			}
		}
		switch e, arrival := r.queue.Turn(r.next, r.ticket); {
		case arrival:
			r.arrive()
		case e.kind == batchDone:
			r.endBatch(e)
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

func newRun(s sim.Setup) *run {
	r := &run{Setup: s, next: kernel.Never, fleet: fleet.New(s.Spec), windows: newWindows(s.Spec), canLoseMachines: s.Spec.CanLoseMachines(), interferes: s.Spec.Interferes(), starts: newStarts(&s)}
	r.responds, _ = s.Arrivals.(sim.Responsive)
	r.withholds, _ = s.Arrivals.(sim.Withholding)
	if r.Expected == nil {
		r.Expected = make([]float64, len(s.Spec.Models))
	}
	if s.Order != nil && s.Order.Discipline() != sim.FirstCome {
		r.fleet.Rank()
		r.discipline = s.Order.Discipline()
	}
	r.tokenReplicas = newTokenReplicas(s.Spec)
	r.watched = r.tokenReplicas != nil || len(s.Spec.Pipelines) > 0
	r.moment = sim.Moment{Window: sim.Expectation(s.Spec, r.Expected, max(s.Period, 1)), Period: s.Period}
	r.view = sim.NewView(r.fleet, &r.moment, r.tokenReader())
	for kind := range sim.FactKinds {
		for _, o := range append(r.watchers(), s.Observers...) {
			if chooser, ok := o.(sim.Selective); !ok || chooser.Wants(kind) {
				r.audience[kind] = append(r.audience[kind], o)
			}
		}
	}
	return r
}

// watchers returns the observers that the run itself needs: its windows, where an allocator is to see them, and
// levers that learn from facts.
func (r *run) watchers() []sim.Observer {
	var list []sim.Observer
	if r.Period > 0 {
		list = append(list, r.windows)
	}
	for _, lever := range r.Levers.All() {
		if o, ok := lever.Policy.(sim.Observer); ok {
			list = append(list, o)
		}
	}
	return list
}

// start brings up the first fleet and schedules what is known from the beginning.
func (r *run) start() {
	r.queue.Schedule(kernel.Time(r.Warmup), event{kind: warmed})
	r.queue.Schedule(kernel.Time(r.Duration), event{kind: horizon})
	r.supplies()
	r.decide(!r.ColdStart)
	if r.Period > 0 {
		r.queue.Schedule(kernel.Time(r.Period), event{kind: control})
	}
	r.pull()
}

// past reports whether the run is over before an instant: nothing is left to do, or the drain has ended.
func (r *run) past(next kernel.Time) bool {
	end := kernel.Time(r.Duration)
	if next <= end {
		return false
	}
	return next == kernel.Never || r.fleet.InFlight() == 0 || r.Drain >= 0 && next > end.Add(r.Drain)
}

// handle turns an event other than the end of a batch into actions.
func (r *run) handle(e event) {
	switch e.kind {
	case oneDone:
		if id := fleet.RequestID(e.other); r.fleet.Serving(id, e.epoch) {
			r.finishOne(fleet.ReplicaID(e.index), id)
		}
	case shareDone:
		if at := fleet.ReplicaID(e.index); r.fleet.Replica(at).State != fleet.Gone && r.sharingOf(at).epoch == e.epoch {
			r.unshare(at)
		}
	case entered:
		r.enter(fleet.RequestID(e.index), e.epoch, fleet.ReplicaID(e.other))
	case cacheArrives:
		r.land(e.epoch)
	case delivered:
		r.deliver(fleet.RequestID(e.index), e.epoch, fleet.ReplicaID(e.other))
	case alarm:
		at := fleet.ReplicaID(e.index)
		if r.fleet.Replica(at).Wake == e.epoch {
			r.form(at)
		}
	case giveUp:
		if id := fleet.RequestID(e.index); r.waits(id, e.epoch) {
			r.leaveLine(sim.RequestTimedOut, id)
		}
	case replicaDone:
		if at := fleet.ReplicaID(e.index); r.fleet.Replica(at).State == fleet.Loading {
			r.transfer(at)
		}
	case transferDone:
		r.endTransfer(fleet.ReplicaID(e.index), e.epoch)
	case machineDone, machineFails, repairDone, noticeGiven, noticeOver:
		r.turn(e.kind, fleet.MachineID(e.index))
	case supplySet:
		r.supply(fleet.TypeID(e.index), int(e.other))
	case control:
		r.control()
	case warmed:
		r.report()
		r.tell(sim.WarmedUp)
	case horizon:
		r.drains, r.watched = true, true
		r.report()
		r.tellWithheld()
		r.tell(sim.HorizonReached)
	}
}

// control rolls the windows and asks the allocator, until the horizon.
func (r *run) control() {
	now := r.queue.Now()
	if now >= kernel.Time(r.Duration) {
		return
	}
	r.report()
	if w := r.windows.roll(now, r.Delay); w != nil {
		r.moment.Window = w
	}
	r.decide(false)
	r.queue.Schedule(now.Add(r.Period), event{kind: control})
}

// finish ends what is still in flight.
func (r *run) finish() {
	r.reportLast()
	r.fleet.EachInFlight(func(id fleet.RequestID) {
		r.restore(id)
		r.tellRequest(sim.RequestUnfinished, id, r.fleet.Given(id))
	})
	r.endPipelineRequests()
	r.tell(sim.Ended)
}

// fail keeps the first error; the run stops at it.
func (r *run) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}
