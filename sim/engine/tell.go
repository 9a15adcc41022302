package engine

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// emit shows the fact to those who want its kind, and clears it.
func (r *run) emit(kind sim.FactKind) {
	r.show(kind)
	r.fact = blank
}

// show shows the fact to those who want its kind. Who does not emit clears what aboutReplica does not set.
func (r *run) show(kind sim.FactKind) {
	r.fact.Kind, r.fact.At = kind, r.queue.Now()
	for _, o := range r.audience[kind] {
		o.Observe(&r.fact)
	}
}

// blank is a fact that concerns nothing yet.
var blank = sim.Fact{Model: -1, Deployment: -1, Replica: fleet.NoReplica, Machine: -1, Type: -1, Parent: -1}

// tell tells a fact about the run.
func (r *run) tell(kind sim.FactKind) {
	r.fact = blank
	r.emit(kind)
}

// wanted reports whether somebody is to be shown facts of a kind.
func (r *run) wanted(kind sim.FactKind) bool { return len(r.audience[kind]) > 0 }

// tellRequest tells a fact about a request, and about the replica it was given, if any.
func (r *run) tellRequest(kind sim.FactKind, id fleet.RequestID, at fleet.ReplicaID) {
	if r.wanted(kind) {
		r.showRequest(kind, id, at)
	}
}

func (r *run) showRequest(kind sim.FactKind, id fleet.RequestID, at fleet.ReplicaID) {
	r.aboutReplica(at)
	request := r.aboutRequest(id)
	switch kind {
	case sim.RequestFinished:
		r.fact.Span = r.queue.Now().Sub(request.Arrival)
		if r.tokenReplicas != nil {
			r.fact.Timings = r.tokenReplicas.timings(id, request.Arrival, &r.Spec.Deployments[r.fact.Deployment])
			r.show(kind)
			r.fact.Span, r.fact.Request, r.fact.Parent, r.fact.Timings = 0, nil, -1, nil
			return
		}
	case sim.RequestRejected:
		r.fact.Reason = r.reason
		r.emit(kind)
		return
	}
	r.show(kind)
	r.fact.Span, r.fact.Request, r.fact.Parent = 0, nil, -1
}

// tellHeldBack tells of a request that its sender wanted to send at an instant that is past.
func (r *run) tellHeldBack(request *fleet.Request, due kernel.Time) {
	if r.wanted(sim.RequestHeldBack) {
		r.fact = blank
		r.fact.Model, r.fact.Request, r.fact.Span = request.Model, request, r.queue.Now().Sub(due)
		r.emit(sim.RequestHeldBack)
	}
}

// tellWithheld tells of the requests that never arrive because their senders keep them back.
func (r *run) tellWithheld() {
	if r.withholds == nil || !r.wanted(sim.RequestHeldBack) {
		return
	}
	for request := (fleet.Request{}); r.withholds.Withheld(kernel.Time(r.Duration), &request); {
		r.tellHeldBack(&request, request.Arrival)
	}
}

// tellBatch tells a fact about a batch of n.
func (r *run) tellBatch(kind sim.FactKind, at fleet.ReplicaID, n int, span time.Duration) {
	if r.wanted(kind) {
		r.showBatch(kind, at, n, span)
	}
}

func (r *run) showBatch(kind sim.FactKind, at fleet.ReplicaID, n int, span time.Duration) {
	r.aboutReplica(at)
	r.fact.Count, r.fact.Span = n, span
	r.show(kind)
	r.fact.Count, r.fact.Span = 0, 0
}

// tellReplica tells a fact about a replica.
func (r *run) tellReplica(kind sim.FactKind, at fleet.ReplicaID) {
	r.aboutReplica(at)
	r.emit(kind)
}

// tellMachine tells a fact about a machine.
func (r *run) tellMachine(kind sim.FactKind, on fleet.MachineID) {
	r.fact = blank
	r.fact.Machine, r.fact.Type = on, r.fleet.Machine(on).Type
	r.emit(kind)
}

// aboutRequest makes the fact one about a request.
func (r *run) aboutRequest(id fleet.RequestID) *fleet.Request {
	request := r.fleet.Request(id)
	r.fact.Model, r.fact.Request = request.Model, request
	if request.Pipeline != 0 {
		r.fact.Parent = r.pipelineRequestOf[id]
	}
	return request
}

// aboutReplica makes the fact one about a replica, or none.
func (r *run) aboutReplica(at fleet.ReplicaID) {
	f := &r.fact
	if at == fleet.NoReplica {
		f.Replica, f.Model, f.Deployment, f.Machine, f.Type = at, -1, -1, -1, -1
		return
	}
	rep := r.fleet.Replica(at)
	f.Replica, f.Model, f.Deployment, f.Machine = at, rep.Model, rep.Deployment, rep.Machine
	f.Type = r.Spec.Deployments[rep.Deployment].Type
}
