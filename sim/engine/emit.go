package engine

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// emit shows the fact to its audience and clears it.
func (c *core) emit(kind sim.FactKind) {
	c.show(kind)
	c.fact = blank
}

// show shows the fact to its audience, and does not clear it. A caller must itself clear the fields
// that aboutReplica does not set.
func (c *core) show(kind sim.FactKind) {
	c.fact.Kind, c.fact.At = kind, c.queue.Now()
	for _, observe := range c.audience[kind] {
		observe(&c.fact)
	}
}

// blank is a fact whose fields have no meaning.
var blank = sim.Fact{Model: -1, Deployment: -1, Replica: fleet.NoReplica, Machine: -1, Type: -1, Parent: -1}

// emitRun emits a fact about the run.
func (c *core) emitRun(kind sim.FactKind) {
	c.fact = blank
	c.emit(kind)
}

// wanted reports whether facts of a kind have an audience.
func (c *core) wanted(kind sim.FactKind) bool { return len(c.audience[kind]) > 0 }

// emitRequest emits a fact about a request, and about the replica that it was given to, if any.
func (c *core) emitRequest(kind sim.FactKind, id fleet.RequestID, at fleet.ReplicaID) {
	if c.wanted(kind) {
		c.showRequest(kind, id, at)
	}
}

func (c *core) showRequest(kind sim.FactKind, id fleet.RequestID, at fleet.ReplicaID) {
	c.aboutReplica(at)
	request := c.aboutRequest(id)
	switch kind {
	case sim.RequestFinished:
		c.fact.Span, c.fact.Network = c.queue.Now().Sub(request.Arrival), c.roundTrip(id, at)
		if c.timings != nil {
			c.fact.Timings = c.timings
			c.show(kind)
			c.fact.Span, c.fact.Network, c.fact.Request, c.fact.Parent, c.fact.Timings, c.fact.Gone = 0, 0, nil, -1, nil, false
			return
		}
	case sim.RequestRejected:
		c.fact.Reason = c.reason
		c.emit(kind)
		return
	}
	c.show(kind)
	c.fact.Span, c.fact.Network, c.fact.Request, c.fact.Parent, c.fact.Gone = 0, 0, nil, -1, false
}

// emitBatch emits a fact about a batch of n requests.
func (c *core) emitBatch(kind sim.FactKind, at fleet.ReplicaID, n int, span time.Duration) {
	if c.wanted(kind) {
		c.showBatch(kind, at, n, span)
	}
}

func (c *core) showBatch(kind sim.FactKind, at fleet.ReplicaID, n int, span time.Duration) {
	c.aboutReplica(at)
	c.fact.Count, c.fact.Span = n, span
	c.show(kind)
	c.fact.Count, c.fact.Span = 0, 0
}

// emitReplica emits a fact about a replica.
func (c *core) emitReplica(kind sim.FactKind, at fleet.ReplicaID) {
	c.aboutReplica(at)
	c.emit(kind)
}

// emitMachine emits a fact about a machine.
func (c *core) emitMachine(kind sim.FactKind, on fleet.MachineID) {
	c.fact = blank
	c.fact.Machine, c.fact.Type = on, c.fleet.Machine(on).Type
	c.emit(kind)
}

// aboutRequest sets the fields of a fact about a request.
func (c *core) aboutRequest(id fleet.RequestID) *fleet.Request {
	request := c.fleet.Request(id)
	c.fact.Model, c.fact.Request = request.Model, request
	if request.Pipeline != 0 {
		c.fact.Parent = c.parents[id]
	} else if c.calls && request.Client != 0 {
		c.fact.Parent, c.fact.Gone = c.parents[id], c.gone[id]
	}
	return request
}

// aboutReplica sets the fields of a fact about a replica, or about none.
func (c *core) aboutReplica(at fleet.ReplicaID) {
	f := &c.fact
	if at == fleet.NoReplica {
		f.Replica, f.Model, f.Deployment, f.Machine, f.Type = at, -1, -1, -1, -1
		return
	}
	rep := c.fleet.Replica(at)
	f.Replica, f.Model, f.Deployment, f.Machine = at, rep.Model, rep.Deployment, rep.Machine
	f.Type = c.Spec.Deployments[rep.Deployment].Type
}

// emitToken emits a fact about a token of a request.
func (c *core) emitToken(kind sim.FactKind, id fleet.RequestID, at fleet.ReplicaID, span time.Duration) {
	if !c.wanted(kind) {
		return
	}
	c.aboutReplica(at)
	c.aboutRequest(id)
	c.fact.Span = span
	c.show(kind)
	c.fact.Span, c.fact.Request, c.fact.Parent, c.fact.Gone = 0, nil, -1, false
}
