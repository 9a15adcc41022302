package simtest

import (
	"fmt"
	"math/big"
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Pipelines checks the requests that go through pipelines:
//
//   - Each request ends in exactly one outcome. It finishes when the last branch of its last stage
//     finishes. If a branch does not finish and is not tried again, the request has the outcome of
//     this branch.
//   - A stage begins with all its branches, when a stage that it may follow has ended.
//   - A branch is withdrawn only after the request has ended, or when it begins again.
//   - A branch or a request begins again only after a branch has died, and as often as it may.
type Pipelines struct {
	Arrived  int64
	Further  int64                  // further attempts of branches and of whole requests
	Branches int64                  // branches that arrived
	Ended    map[sim.FactKind]int64 // number of requests by outcome

	inFlight map[int32]*parent
	inside   int64   // requests that have not ended
	area     big.Int // ∫ inside dt, ns
	sojourn  big.Int // Σ time until the end, ns
}

// Requests returns the number of requests that arrived. A request that goes through a pipeline
// counts once.
func (c *InvariantChecker) Requests() int64 {
	return c.Arrived - c.Pipelines.Branches + c.Pipelines.Arrived
}

// parent is a request in a pipeline.
type parent struct {
	arrival kernel.Time
	stage   int // the present stage; -1 before the first
	arrived int // branches of the stage that arrived
	open    int // branches in flight
	over    bool
	lost    bool           // a branch did not finish, and has not begun again
	how     []sim.FactKind // the facts of its loss: with retries, of all branches that died then
	changed kernel.Time    // when a branch ended last

	again   int                   // further attempts
	strays  int                   // open branches of earlier attempts of the whole request
	dead    map[fleet.ModelID]int // branches of the present stage that died and may begin again
	present map[int64]bool        // open branches of the present stage
}

// advance integrates the number of requests inside over a span.
func (p *Pipelines) advance(span kernel.Time) {
	p.area.Add(&p.area, new(big.Int).Mul(big.NewInt(p.inside), big.NewInt(int64(span))))
}

// enter checks a request that enters its pipeline.
func (c *InvariantChecker) enter(f *sim.Fact) {
	p := &c.Pipelines
	if p.inFlight[f.Parent] != nil {
		c.fault(f, "parent %d arrives twice", f.Parent)
	}
	if f.At != f.Request.Arrival || f.Request.Pipeline == 0 {
		c.fault(f, "parent %d arrives at another instant than %v, or without a pipeline", f.Parent, f.Request.Arrival)
	}
	p.Arrived++
	p.inside++
	p.inFlight[f.Parent] = &parent{arrival: f.At, changed: f.At, stage: -1, dead: map[fleet.ModelID]int{}, present: map[int64]bool{}}
}

// leave checks a request that leaves its pipeline.
func (c *InvariantChecker) leave(f *sim.Fact) {
	p := &c.Pipelines
	in := p.inFlight[f.Parent]
	if in == nil || in.over {
		c.fault(f, "parent %d ends, but is not in flight", f.Parent)
		return
	}
	if f.Count != in.again {
		c.fault(f, "parent %d ends after %d further attempts, want %d", f.Parent, f.Count, in.again)
	}
	switch {
	case f.Outcome == sim.RequestFinished && (in.lost || in.open > 0 || in.changed != f.At || f.Span != f.At.Sub(in.arrival)):
		c.fault(f, "parent %d finishes after %v with %d branches open; lost: %v", f.Parent, f.Span, in.open, in.lost)
	case f.Outcome != sim.RequestFinished && f.Outcome != sim.RequestUnfinished && (!in.lost || !slices.Contains(in.how, f.Outcome) || in.changed != f.At):
		c.fault(f, "parent %d ends as %v; lost: %v, as %v", f.Parent, f.Outcome, in.lost, in.how)
	}
	p.Ended[f.Outcome]++
	p.inside--
	p.sojourn.Add(&p.sojourn, big.NewInt(int64(f.At-in.arrival)))
	in.over = true
	p.forget(f.Parent)
}

// forget drops a request that has ended with all its branches.
func (p *Pipelines) forget(at int32) {
	if in := p.inFlight[at]; in.over && in.open == 0 && in.strays == 0 {
		delete(p.inFlight, at)
	}
}

// branch checks a fact about a branch against its request.
func (c *InvariantChecker) branch(f *sim.Fact) {
	p := &c.Pipelines
	if f.Request.Pipeline == 0 {
		return
	}
	in := p.inFlight[f.Parent]
	if in == nil {
		c.fault(f, "request %d is a branch, but of no request in flight", f.Request.Ordinal)
		return
	}
	switch f.Kind {
	case sim.RequestArrived:
		c.branchArrives(f, in)
	case sim.RequestFinished, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestUnfinished, sim.RequestWithdrawn:
		c.branchEnds(f, in)
		p.forget(f.Parent)
	}
}

// branchEnds checks the end of a branch.
func (c *InvariantChecker) branchEnds(f *sim.Fact, in *parent) {
	retries := c.spec.Pipelines[f.Request.Pipeline-1].Retries
	whole := retries != nil && retries.Whole
	died := f.Kind != sim.RequestFinished && f.Kind != sim.RequestUnfinished
	if f.Kind == sim.RequestWithdrawn && !in.over && !(whole && in.lost && in.changed == f.At) {
		c.fault(f, "request %d is withdrawn, but parent %d goes on", f.Request.Ordinal, f.Parent)
	}
	if !in.present[f.Request.Ordinal] {
		in.strays--
		return
	}
	delete(in.present, f.Request.Ordinal)
	in.open--
	if in.changed != f.At || !in.lost {
		in.how = in.how[:0]
	}
	in.changed = f.At
	if !died {
		return
	}
	in.dead[f.Model]++
	if !in.lost || retries != nil && f.Kind != sim.RequestWithdrawn {
		in.lost, in.how = true, append(in.how, f.Kind)
	}
}

// begunAgain checks a branch of a pipeline with retries that arrives after a branch has died. It
// reports whether the branch begins again alone.
func (c *InvariantChecker) begunAgain(f *sim.Fact, in *parent) (alone bool) {
	p := &c.spec.Pipelines[f.Request.Pipeline-1]
	retries := p.Retries
	if retries == nil || len(in.dead) == 0 || in.over || in.arrived < len(p.Stages[in.stage]) {
		return false
	}
	if retries.Whole {
		if f.Request.Stage != 0 {
			c.fault(f, "parent %d begins again with stage %d", f.Parent, f.Request.Stage)
		}
		in.strays += in.open
		in.open, in.stage, in.lost, in.changed = 0, -1, false, f.At
		clear(in.present)
	} else if in.dead[f.Model]--; in.dead[f.Model] < 0 {
		c.fault(f, "a branch of parent %d begins again, but none of model %d has died", f.Parent, f.Model)
	}
	if retries.Whole || in.dead[f.Model] == 0 {
		delete(in.dead, f.Model)
	}
	if retries.Whole {
		clear(in.dead)
	}
	in.lost = len(in.dead) > 0
	in.again++
	c.Pipelines.Further++
	most := retries.Attempts - 1
	if !retries.Whole {
		most = 1 << 20 // every visit of every branch has so many
	}
	if in.again > most {
		c.fault(f, "parent %d begins again for the %d. time", f.Parent, in.again)
	}
	return !retries.Whole
}

// branchArrives checks that a branch arrives in its stage, together with the other branches of the
// stage.
func (c *InvariantChecker) branchArrives(f *sim.Fact, in *parent) {
	pipeline := &c.spec.Pipelines[f.Request.Pipeline-1]
	stage := int(f.Request.Stage)
	if c.begunAgain(f, in) {
		in.open++
		in.present[f.Request.Ordinal] = true
		c.Pipelines.Branches++
		return
	}
	if in.stage < 0 || in.arrived == len(pipeline.Stages[in.stage]) {
		if in.open > 0 || in.over || in.changed != f.At {
			c.fault(f, "stage %d of parent %d begins with %d branches open; over: %v", stage, f.Parent, in.open, in.over)
		}
		if !pipeline.Follows(stage, in.stage) {
			c.fault(f, "stage %d of parent %d begins after stage %d, which it may not follow", stage, f.Parent, in.stage)
			return
		}
		in.stage, in.arrived = stage, 0
	}
	if stage != in.stage || pipeline.Stages[stage][in.arrived] != f.Model {
		c.fault(f, "model %d is not branch %d of stage %d of %s", f.Model, in.arrived, in.stage, pipeline.Name)
	}
	if due := f.At.Add(c.spec.Objective(f.Request)); len(c.spec.Classes) == 0 && due != in.arrival.Add(pipeline.Target) {
		c.fault(f, "request %d is due at %v, parent %d came at %v", f.Request.Ordinal, due, f.Parent, in.arrival)
	}
	in.arrived++
	in.open++
	in.present[f.Request.Ordinal] = true
	c.Pipelines.Branches++
}

// faults returns the broken invariants at the end of a run.
func (p *Pipelines) faults() []error {
	var faults []error
	sum := int64(0)
	for _, n := range p.Ended {
		sum += n
	}
	if sum != p.Arrived || p.inside != 0 || len(p.inFlight) != 0 {
		faults = append(faults, fmt.Errorf("%d requests entered pipelines, %d ended, %d are inside, %d have branches", p.Arrived, sum, p.inside, len(p.inFlight)))
	}
	if p.area.Cmp(&p.sojourn) != 0 {
		faults = append(faults, fmt.Errorf("little's law of pipelines: ∫ N dt is %v ns, Σ T is %v ns", &p.area, &p.sojourn))
	}
	return faults
}
