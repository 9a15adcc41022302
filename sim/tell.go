package sim

import (
	"time"

	"wavetank/sim/fleet"
)

// emit shows the fact to those who want its kind.
func (r *run) emit(kind FactKind) {
	r.fact.Kind = kind
	r.fact.At = r.queue.Now()
	for _, o := range r.audience[kind] {
		o.Observe(&r.fact)
	}
}

// blank is a fact that concerns nothing yet.
var blank = Fact{Model: -1, Deployment: -1, Replica: fleet.NoReplica, Machine: -1, Type: -1, Parent: -1}

// tell tells a fact about the run.
func (r *run) tell(kind FactKind) {
	r.fact = blank
	r.emit(kind)
}

// tellRequest tells a fact about a request, and about the replica it was given, if any.
func (r *run) tellRequest(kind FactKind, id fleet.RequestID, at fleet.ReplicaID) {
	if len(r.audience[kind]) == 0 {
		return
	}
	r.fact = blank
	r.aboutReplica(at)
	request := r.aboutRequest(id)
	switch kind {
	case RequestFinished:
		r.fact.Span = r.queue.Now().Sub(request.Arrival)
		if r.llm != nil {
			r.fact.Answer = r.llm.answer(id, request.Arrival, &r.Catalog.Deployments[r.fact.Deployment])
		}
	case RequestRejected:
		r.fact.Reason = r.reason
	}
	r.emit(kind)
}

// tellBatch tells a fact about a batch of n.
func (r *run) tellBatch(kind FactKind, at fleet.ReplicaID, n int, span time.Duration) {
	if len(r.audience[kind]) == 0 {
		return
	}
	r.fact = blank
	r.aboutReplica(at)
	r.fact.Count, r.fact.Span = n, span
	r.emit(kind)
}

// tellReplica tells a fact about a replica.
func (r *run) tellReplica(kind FactKind, at fleet.ReplicaID) {
	r.fact = blank
	r.aboutReplica(at)
	r.emit(kind)
}

// tellMachine tells a fact about a machine.
func (r *run) tellMachine(kind FactKind, on fleet.MachineID) {
	r.fact = blank
	r.fact.Machine, r.fact.Type = on, r.fleet.Machine(on).Type
	r.emit(kind)
}

func (r *run) aboutRequest(id fleet.RequestID) *fleet.Request {
	request := r.fleet.Request(id)
	r.fact.Model, r.fact.Request = request.Model, request
	if request.Pipeline != 0 {
		r.fact.Parent = r.journeyOf[id]
	}
	return request
}

func (r *run) aboutReplica(at fleet.ReplicaID) {
	if at == fleet.NoReplica {
		return
	}
	rep := r.fleet.Replica(at)
	r.fact.Replica, r.fact.Model, r.fact.Deployment, r.fact.Machine = at, rep.Model, rep.Deployment, rep.Machine
	r.fact.Type = r.Catalog.Deployments[rep.Deployment].Type
}
