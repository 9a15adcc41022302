package engine

import (
	"math"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// arrivals reads the stream of requests for the run. It reads one request ahead, unless the stream
// is a sim.Responsive.
type arrivals struct {
	*core
	responds  sim.Responsive  // the stream if it is a sim.Responsive, else nil
	withholds sim.Withholding // the stream if it is a sim.Withholding, else nil
	callers   []int64         // per request: its sender; only for a responsive stream
	ahead     fleet.Request   // the next request, read but not arrived
	branches  []fleet.Request // branches of the next request
	ordinal   int64           // number of the request that arrives next
}

func newArrivals(c *core) *arrivals {
	a := &arrivals{core: c}
	a.responds, _ = c.Arrivals.(sim.Responsive)
	a.withholds, _ = c.Arrivals.(sim.Withholding)
	return a
}

// pull schedules the next arrival.
func (a *arrivals) pull() {
	if a.responds != nil {
		a.listen()
	} else if a.read() {
		a.next = a.ahead.Arrival
	}
}

// listen schedules the next arrival of a responsive stream, if that arrival is known now.
func (a *arrivals) listen() {
	at := a.responds.When()
	switch {
	case at >= kernel.Time(a.Duration):
		a.next = kernel.Never
	case at < a.queue.Now():
		a.fail("workload: a request is to arrive at %v, but the run is already at %v", at, a.queue.Now())
	default:
		a.next = at
	}
}

// read reads the next request. It returns false if no further request arrives before the horizon.
func (a *arrivals) read() bool {
	c := a.core
	if !c.Arrivals.Next(&a.ahead) {
		if err := c.Arrivals.Err(); err != nil {
			a.fail("workload: %w", err)
		}
		return false
	}
	switch r, now := &a.ahead, c.queue.Now(); {
	case r.Arrival < now:
		a.fail("workload: request %d arrives at %v, but the run is already at %v", a.ordinal, r.Arrival, now)
	case a.responds != nil && r.Arrival != now:
		a.fail("workload: request %d arrives at %v, but was announced for %v", a.ordinal, r.Arrival, now)
	case uint(r.Model) >= uint(len(c.Spec.Models)):
		a.fail("workload: request %d asks for model %d, the run has %d", a.ordinal, r.Model, len(a.Spec.Models))
	case r.Client < 0 || int(r.Client) > len(c.Spec.Clients) || r.Client != 0 && r.Pipeline != 0:
		a.fail("workload: request %d has client %d and pipeline %d, the run has %d clients", a.ordinal, r.Client, r.Pipeline, len(c.Spec.Clients))
	case c.Spec.RoundTrips != nil && (r.Zone < 0 || int(r.Zone) > len(c.Spec.Zones)):
		a.fail("workload: request %d comes from zone %d, the run has %d", a.ordinal, r.Zone, len(c.Spec.Zones))
	case !sound(r.Work):
		a.fail("workload: request %d has work %v", a.ordinal, r.Work)
	case r.Arrival < kernel.Time(c.Duration):
		if r.Pipeline != 0 {
			a.readBranches()
		}
		return c.err == nil
	}
	return false
}

// sound reports whether a service can take so much work.
func sound(work float64) bool { return work >= 0 && work <= math.MaxFloat64 }

// number returns the number of the request that arrives next, and counts it.
func (a *arrivals) number() int64 {
	a.ordinal++
	return a.ordinal - 1
}

// noteCaller records the sender of the request that has just been read.
func (a *arrivals) noteCaller(id fleet.RequestID) {
	a.callers = fleet.AtLeast(a.callers, id)
	a.callers[id] = a.caller(a.fleet.Request(id))
}

// caller returns the sender of the request that has just been read. It tells if the sender has kept
// the request back.
func (a *arrivals) caller(request *fleet.Request) int64 {
	if a.withholds != nil {
		if due := a.withholds.Due(); due < a.queue.Now() {
			a.emitHeldBack(request, due)
		}
	}
	return a.responds.Caller()
}

// ended tells a responsive stream that a request has ended.
func (a *arrivals) ended(id fleet.RequestID) { a.answered(a.callers[id], a.fleet.Request(id)) }

// answered tells a responsive stream that a request of a caller has ended.
func (a *arrivals) answered(caller int64, request *fleet.Request) {
	a.responds.Ended(caller, request, a.queue.Now())
	a.listen()
}

// readBranches reads the branches of the request read ahead: one request for each, in the order of
// the stages. The first branch is the request itself. A stage that the request passes several times
// has its branches in the list several times. The list may end before the last stage of the
// pipeline; the request then ends there, too.
func (a *arrivals) readBranches() {
	r := &a.ahead
	if int(r.Pipeline) > len(a.Spec.Pipelines) || r.Pipeline < 0 {
		a.fail("workload: request %d goes through pipeline %d, the run has %d", a.ordinal, r.Pipeline, len(a.Spec.Pipelines))
		return
	}
	a.branches = append(a.branches[:0], *r)
	for range r.Branches {
		a.branches = append(a.branches, fleet.Request{})
		b := &a.branches[len(a.branches)-1]
		if !a.Arrivals.Next(b) || b.Pipeline != r.Pipeline || b.Arrival != r.Arrival || !sound(b.Work) {
			a.fail("workload: the branches of request %d do not follow it", a.ordinal)
			return
		}
	}
	p, after := &a.Spec.Pipelines[r.Pipeline-1], -1
	for rest := a.branches; len(rest) > 0; {
		stage := int(rest[0].Stage)
		if !p.Follows(stage, after) || !areBranches(rest, p.Stages[stage]) {
			a.fail("workload: request %d has other branches than pipeline %s", a.ordinal, p.Name)
			return
		}
		rest, after = rest[len(p.Stages[stage]):], stage
	}
}

// areBranches reports whether a list of requests begins with the branches of a stage. The branches
// ask for the given models.
func areBranches(list []fleet.Request, models []fleet.ModelID) bool {
	if len(list) < len(models) {
		return false
	}
	for i, m := range models {
		if list[i].Model != m || list[i].Stage != list[0].Stage {
			return false
		}
	}
	return true
}

// emitHeldBack emits the fact that the sender of a request wanted to send it earlier, at due.
func (a *arrivals) emitHeldBack(request *fleet.Request, due kernel.Time) {
	if a.wanted(sim.RequestHeldBack) {
		a.fact = blank
		a.fact.Model, a.fact.Request, a.fact.Span = request.Model, request, a.queue.Now().Sub(due)
		a.emit(sim.RequestHeldBack)
	}
}

// emitWithheld emits facts of the requests that never arrive because their senders keep them back.
func (a *arrivals) emitWithheld() {
	if a.withholds == nil || !a.wanted(sim.RequestHeldBack) {
		return
	}
	for request := (fleet.Request{}); a.withholds.Withheld(kernel.Time(a.Duration), &request); {
		a.emitHeldBack(&request, request.Arrival)
	}
}
