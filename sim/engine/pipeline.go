package engine

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// pipelineRequest is a request on its way through a pipeline.
type pipelineRequest struct {
	request  fleet.Request
	branches []fleet.Request // of all stages that it will pass, as they were drawn
	begun    int             // of them, those of the stages that have begun
	open     []place         // branches of the present stage
	left     int             // of them, those in flight
	over     bool            // its outcome has been told
}

// place is a request in flight, under the epoch of its place in the slab.
type place struct {
	id    fleet.RequestID
	epoch uint32
}

// departure is the end of a branch. What follows from it waits until the action that it is a part of is done.
type departure struct {
	pipelineRequest int32
	kind            sim.FactKind
}

// pullBranches reads the branches of the request read ahead: one request for each, in the order of the stages,
// the first of which is the request itself. A stage that it passes several times has its branches every time. Where they
// end before the last stage, so does the request.
func (r *run) pullBranches() {
	a := &r.ahead
	if int(a.Pipeline) > len(r.Spec.Pipelines) || a.Pipeline < 0 {
		r.fail("workload: request %d goes through pipeline %d, the run has %d", r.ordinal, a.Pipeline, len(r.Spec.Pipelines))
		return
	}
	r.upcoming = append(r.upcoming[:0], *a)
	for range a.Branches {
		r.upcoming = append(r.upcoming, fleet.Request{})
		b := &r.upcoming[len(r.upcoming)-1]
		if !r.Arrivals.Next(b) || b.Pipeline != a.Pipeline || b.Arrival != a.Arrival || !sound(b.Work) {
			r.fail("workload: the branches of request %d do not follow it", r.ordinal)
			return
		}
	}
	p, after := &r.Spec.Pipelines[a.Pipeline-1], -1
	for rest := r.upcoming; len(rest) > 0; {
		stage := int(rest[0].Stage)
		if !p.Follows(stage, after) || !areBranches(rest, p.Stages[stage]) {
			r.fail("workload: request %d has other branches than pipeline %s", r.ordinal, p.Name)
			return
		}
		rest, after = rest[len(p.Stages[stage]):], stage
	}
}

// areBranches reports whether requests begin with the branches of a stage.
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

// depart lets the request read ahead enter its pipeline, and reads the next.
func (r *run) depart() {
	if len(r.spare) == 0 {
		r.spare = append(r.spare, int32(len(r.pipelineRequests)))
		r.pipelineRequests = append(r.pipelineRequests, pipelineRequest{})
	}
	last := len(r.spare) - 1
	at := r.spare[last]
	r.spare = r.spare[:last]
	j := &r.pipelineRequests[at]
	*j = pipelineRequest{request: r.ahead, branches: append(j.branches[:0], r.upcoming...), open: j.open[:0]}
	j.request.Ordinal, j.request.Entered = r.number(), j.request.Arrival
	r.tellPipelineRequest(sim.PipelineArrived, at, 0)
	r.pull()
	r.beginStage(at)
}

// beginStage lets the branches of the next stage of a request arrive.
func (r *run) beginStage(at int32) {
	j := &r.pipelineRequests[at]
	models := r.Spec.Pipelines[j.request.Pipeline-1].Stages[j.branches[j.begun].Stage]
	j.open, j.left = j.open[:0], len(models)
	for range models {
		b := &j.branches[j.begun]
		j.begun++
		b.Ordinal, b.Arrival, b.Entered = r.number(), r.queue.Now(), j.request.Arrival
		id, epoch := r.fleet.Admit(b)
		r.pipelineRequestOf = fleet.AtLeast(r.pipelineRequestOf, id)
		r.pipelineRequestOf[id] = at
		j.open = append(j.open, place{id, epoch})
		r.tellRequest(sim.RequestArrived, id, fleet.NoReplica)
		r.receive(id, epoch)
	}
}

// settle draws the consequences of the branches that have ended: the next stage begins, or the request ends.
func (r *run) settle() {
	for i := 0; i < len(r.left) && r.err == nil; i++ { // the list grows meanwhile
		at, kind := r.left[i].pipelineRequest, r.left[i].kind
		j := &r.pipelineRequests[at]
		j.left--
		switch {
		case kind != sim.RequestFinished && !j.over:
			r.endPipelineRequest(at, kind)
			for _, b := range j.open {
				if r.waits(b.id, b.epoch) {
					r.leaveLine(sim.RequestWithdrawn, b.id)
				}
			}
		case j.left == 0 && !j.over && j.begun < len(j.branches):
			r.beginStage(at)
		case j.left == 0 && !j.over:
			r.endPipelineRequest(at, kind)
		}
		if j.left == 0 {
			r.spare = append(r.spare, at)
		}
	}
	r.left = r.left[:0]
}

// endPipelineRequest tells how the request of a pipeline ended.
func (r *run) endPipelineRequest(at int32, outcome sim.FactKind) {
	r.pipelineRequests[at].over = true
	r.tellPipelineRequest(sim.PipelineEnded, at, outcome)
}

// endPipelineRequests ends the requests of pipelines that are still in flight.
func (r *run) endPipelineRequests() {
	for at := range r.pipelineRequests {
		if j := &r.pipelineRequests[at]; j.left > 0 && !j.over {
			r.endPipelineRequest(int32(at), sim.RequestUnfinished)
		}
	}
}

// tellPipelineRequest tells a fact about the request of a pipeline.
func (r *run) tellPipelineRequest(kind sim.FactKind, at int32, outcome sim.FactKind) {
	request := &r.pipelineRequests[at].request
	r.fact = blank
	r.fact.Outcome, r.fact.Parent, r.fact.Request = outcome, at, request
	if kind == sim.PipelineEnded && outcome == sim.RequestFinished {
		r.fact.Span = r.queue.Now().Sub(request.Arrival)
	}
	r.emit(kind)
}
