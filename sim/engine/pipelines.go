package engine

import (
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// pipelineRequest is a request on its way through a pipeline.
type pipelineRequest struct {
	request  fleet.Request
	branches []fleet.Request // branches of all stages that it will pass, as drawn
	begun    int             // how many of branches belong to stages that have begun
	open     []place         // branches of the present stage; noPlace: it is not in flight
	left     int             // how many of open are in flight
	over     bool            // the fact of its end has been emitted
	again    attempts
}

// pipelines takes requests through the stages of their pipelines.
type pipelines struct {
	*core
	arrivals *arrivals
	dispatch *dispatch
	ends     *ends
	requests []pipelineRequest
	spare    []int32        // places of requests that have ended
	next     []beginning    // what begins at this instant
	pauses   int            // further attempts whose pauses are not over
	number   []uint64       // per pipeline: requests so far
	budgets  []*retryBudget // per pipeline; nil: no limit
}

// noPlace is the place of no request.
var noPlace = place{id: -1}

// beginning is a stage of a pipeline request that begins, or one branch of its present stage that
// begins again.
type beginning struct {
	at      int32
	branch  int32 // its place in the stage; −1: all
	further bool  // it is a further attempt
}

func newPipelines(c *core, a *arrivals, d *dispatch, e *ends) *pipelines {
	n := len(c.Spec.Pipelines)
	p := &pipelines{core: c, arrivals: a, dispatch: d, ends: e, number: make([]uint64, n), budgets: make([]*retryBudget, n)}
	for i := range c.Spec.Pipelines {
		if r := c.Spec.Pipelines[i].Retries; r != nil && r.Budget != nil {
			p.budgets[i] = newRetryBudget(r.Budget)
		}
	}
	return p
}

// enter lets the request that was read ahead enter its pipeline, and reads the next request.
func (p *pipelines) enter() {
	if len(p.spare) == 0 {
		p.spare = append(p.spare, int32(len(p.requests)))
		p.requests = append(p.requests, pipelineRequest{})
	}
	last := len(p.spare) - 1
	at := p.spare[last]
	p.spare = p.spare[:last]
	j := &p.requests[at]
	*j = pipelineRequest{request: p.arrivals.ahead, branches: append(j.branches[:0], p.arrivals.branches...), open: j.open[:0], again: j.again.renewed()}
	j.request.Ordinal, j.request.Entered = p.arrivals.number(), j.request.Arrival
	of := j.request.Pipeline - 1
	j.again.number = p.number[of]
	p.number[of]++
	if b := p.budgets[of]; b != nil {
		b.request(p.queue.Now())
	}
	p.emitPipeline(sim.PipelineArrived, at, 0)
	p.arrivals.pull()
	p.beginStage(at)
}

// beginStage lets the branches of the next stage of a request arrive.
func (p *pipelines) beginStage(at int32) {
	j := &p.requests[at]
	models := p.Spec.Pipelines[j.request.Pipeline-1].Stages[j.branches[j.begun].Stage]
	j.open, j.left = j.open[:0], len(models)
	j.again.begin(len(models))
	for range models {
		j.open = append(j.open, noPlace)
		j.begun++
		p.beginBranch(at, len(j.open)-1, &j.branches[j.begun-1])
	}
}

// beginBranch lets a branch of the present stage of a request arrive.
func (p *pipelines) beginBranch(at int32, branch int, b *fleet.Request) {
	j := &p.requests[at]
	b.Ordinal, b.Arrival, b.Entered = p.arrivals.number(), p.queue.Now(), j.request.Arrival
	id, epoch := p.fleet.Admit(b)
	p.parents = fleet.AtLeast(p.parents, id)
	p.parents[id] = at
	j.open[branch] = place{id, epoch}
	p.emitRequest(sim.RequestArrived, id, fleet.NoReplica)
	p.dispatch.receive(id, epoch)
}

// settle handles the branches that have ended: their pipeline request ends, or its next stage is to
// begin, or a further attempt. A stage begins with arrivals, so it begins after all ends at this
// instant.
func (p *pipelines) settle() {
	for i := 0; i < len(p.ends.branches) && p.err == nil; i++ { // the list may grow in the loop
		end := p.ends.branches[i]
		at, j := end.parent, &p.requests[end.parent]
		branch := slices.Index(j.open, end.branch)
		if branch < 0 { // it belongs to an earlier attempt
			j.again.strays--
			p.forget(at)
			continue
		}
		j.open[branch] = noPlace
		j.left--
		switch {
		case end.kind != sim.RequestFinished && !j.over && !end.final && p.mayTryAgain(at, branch):
			continue
		case end.kind != sim.RequestFinished && !j.over:
			p.end(at, end.kind)
			p.withdraw(j)
		case j.left == 0 && j.again.paused == 0 && !j.over && j.begun < len(j.branches):
			p.next = append(p.next, beginning{at: at, branch: -1})
		case j.left == 0 && j.again.paused == 0 && !j.over:
			p.end(at, end.kind)
		}
		p.forget(at)
	}
	p.ends.branches = p.ends.branches[:0]
}

// withdraw takes the branches of a request that wait out of their lines.
func (p *pipelines) withdraw(j *pipelineRequest) {
	for _, b := range j.open {
		if b != noPlace && p.waits(b.id, b.epoch) {
			p.dispatch.leaveLine(sim.RequestWithdrawn, b.id)
		}
	}
}

// forget frees the place of a request that is over, once it has no branch in flight.
func (p *pipelines) forget(at int32) {
	if j := &p.requests[at]; j.over && j.left == 0 && j.again.strays == 0 {
		p.spare = append(p.spare, at)
	}
}

// begin begins the stages and branches that are due, after all ends at this instant.
func (p *pipelines) begin() {
	for _, b := range p.next {
		j := &p.requests[b.at]
		if j.over { // another branch has ended it at this instant
			continue
		}
		if b.further {
			j.again.paused--
			j.again.made++
			p.pauses--
		}
		if b.branch < 0 {
			p.beginStage(b.at)
			continue
		}
		j.left++
		first := j.begun - len(j.open)
		p.beginBranch(b.at, int(b.branch), &j.branches[first+int(b.branch)])
	}
	p.next = p.next[:0]
}

// end emits the fact that a pipeline request ended, with its outcome.
func (p *pipelines) end(at int32, outcome sim.FactKind) {
	j := &p.requests[at]
	j.over = true
	p.pauses -= j.again.paused
	j.again.paused = 0
	p.emitPipeline(sim.PipelineEnded, at, outcome)
}

// endAll ends the pipeline requests that are still in flight.
func (p *pipelines) endAll() {
	for at := range p.requests {
		if j := &p.requests[at]; len(j.branches) > 0 && !j.over {
			p.end(int32(at), sim.RequestUnfinished)
		}
	}
}

// emitPipeline emits a fact about a pipeline request.
func (p *pipelines) emitPipeline(kind sim.FactKind, at int32, outcome sim.FactKind) {
	j := &p.requests[at]
	p.fact = blank
	p.fact.Outcome, p.fact.Parent, p.fact.Request = outcome, at, &j.request
	if kind == sim.PipelineEnded {
		p.fact.Count = j.again.made
		if outcome == sim.RequestFinished {
			p.fact.Span = p.queue.Now().Sub(j.request.Arrival)
		}
	}
	p.emit(kind)
}
