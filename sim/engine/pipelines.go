package engine

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// pipelineRequest is a request on its way through a pipeline.
type pipelineRequest struct {
	request  fleet.Request
	branches []fleet.Request // branches of all stages that it will pass, as drawn
	begun    int             // how many of branches belong to stages that have begun
	open     []place         // branches of the present stage
	left     int             // how many of open are in flight
	over     bool            // the fact of its end has been emitted
}

// pipelines takes requests through the stages of their pipelines.
type pipelines struct {
	*core
	arrivals *arrivals
	dispatch *dispatch
	ends     *ends
	requests []pipelineRequest
	spare    []int32 // places of requests that have ended
	next     []int32 // places of requests whose next stage begins at this instant
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
	*j = pipelineRequest{request: p.arrivals.ahead, branches: append(j.branches[:0], p.arrivals.branches...), open: j.open[:0]}
	j.request.Ordinal, j.request.Entered = p.arrivals.number(), j.request.Arrival
	p.emitPipeline(sim.PipelineArrived, at, 0)
	p.arrivals.pull()
	p.beginStage(at)
}

// beginStage lets the branches of the next stage of a request arrive.
func (p *pipelines) beginStage(at int32) {
	j := &p.requests[at]
	models := p.Spec.Pipelines[j.request.Pipeline-1].Stages[j.branches[j.begun].Stage]
	j.open, j.left = j.open[:0], len(models)
	for range models {
		b := &j.branches[j.begun]
		j.begun++
		b.Ordinal, b.Arrival, b.Entered = p.arrivals.number(), p.queue.Now(), j.request.Arrival
		id, epoch := p.fleet.Admit(b)
		p.parents = fleet.AtLeast(p.parents, id)
		p.parents[id] = at
		j.open = append(j.open, place{id, epoch})
		p.emitRequest(sim.RequestArrived, id, fleet.NoReplica)
		p.dispatch.receive(id, epoch)
	}
}

// settle handles the branches that have ended: their pipeline request ends, or its next stage is to
// begin. A stage begins with arrivals, so it begins after all ends at this instant.
func (p *pipelines) settle() {
	for i := 0; i < len(p.ends.branches) && p.err == nil; i++ { // the list may grow in the loop
		at, kind := p.ends.branches[i].parent, p.ends.branches[i].kind
		j := &p.requests[at]
		j.left--
		switch {
		case kind != sim.RequestFinished && !j.over:
			p.end(at, kind)
			for _, b := range j.open {
				if p.waits(b.id, b.epoch) {
					p.dispatch.leaveLine(sim.RequestWithdrawn, b.id)
				}
			}
		case j.left == 0 && !j.over && j.begun < len(j.branches):
			p.next = append(p.next, at)
			continue
		case j.left == 0 && !j.over:
			p.end(at, kind)
		}
		if j.left == 0 {
			p.spare = append(p.spare, at)
		}
	}
	p.ends.branches = p.ends.branches[:0]
}

// beginStages begins the stages that are due, after all ends at this instant.
func (p *pipelines) beginStages() {
	for _, at := range p.next {
		p.beginStage(at)
	}
	p.next = p.next[:0]
}

// end emits the fact that a pipeline request ended, with its outcome.
func (p *pipelines) end(at int32, outcome sim.FactKind) {
	p.requests[at].over = true
	p.emitPipeline(sim.PipelineEnded, at, outcome)
}

// endAll ends the pipeline requests that are still in flight.
func (p *pipelines) endAll() {
	for at := range p.requests {
		if j := &p.requests[at]; j.left > 0 && !j.over {
			p.end(int32(at), sim.RequestUnfinished)
		}
	}
}

// emitPipeline emits a fact about a pipeline request.
func (p *pipelines) emitPipeline(kind sim.FactKind, at int32, outcome sim.FactKind) {
	request := &p.requests[at].request
	p.fact = blank
	p.fact.Outcome, p.fact.Parent, p.fact.Request = outcome, at, request
	if kind == sim.PipelineEnded && outcome == sim.RequestFinished {
		p.fact.Span = p.queue.Now().Sub(request.Arrival)
	}
	p.emit(kind)
}
