package engine

import (
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// dispatch brings requests from their arrival to a replica, or into the line of those that wait.
type dispatch struct {
	*core
	ends    *ends
	leaving *leaving
	tokens  *tokenReplicas    // nil: no deployment serves tokens
	gate    *gate             // nil: no gateway
	servers []server          // per deployment
	common  server            // the server of all deployments; nil: they differ
	given   []fleet.ReplicaID // scratch of offer: replicas that were given a request in this call
}

// server returns the server of a replica.
func (d *dispatch) server(at fleet.ReplicaID) server {
	if d.common != nil {
		return d.common
	}
	return d.servers[d.fleet.Replica(at).Deployment]
}

// receive admits a request that has arrived and routes it, or rejects it.
func (d *dispatch) receive(id fleet.RequestID, epoch uint32) {
	c := d.core
	request := c.fleet.Request(id)
	m := &c.Spec.Models[request.Model]
	if c.Admission != nil && !c.Admission.Admit(c.viewNow(), request) {
		if err := sim.ErrOf(c.Admission); err != nil {
			d.fail("admission %q: %w", c.Admission, err)
		}
		d.ends.reject(id, "not admitted")
		return
	}
	limited := request.Patience > 0 || m.Timeout > 0 // its wait ends (see patience)
	// a new request does not overtake pending requests
	behind := c.fleet.Holds() && c.fleet.Behind(request)
	if c.discipline != sim.FirstCome {
		d.rank(id, request)
		if behind || !c.last() { // more urgent requests may arrive at this instant
			c.fleet.Hold(id)
			if limited {
				d.await(id, epoch, request)
			}
			c.arrived = append(c.arrived, request.Model)
			c.beLate()
			return
		}
	}
	to := fleet.NoReplica
	if !behind {
		to = d.route(id, request)
	}
	if m.QueueLimit >= 0 && c.fleet.Waiting(request.Model) > m.QueueLimit && d.full(request, to) {
		if c.discipline == sim.FirstCome {
			d.ends.reject(id, queueFull)
			return
		}
		c.crowded = append(c.crowded, request.Model)
		c.beLate()
	}
	if limited {
		d.await(id, epoch, request)
	}
	if to == fleet.NoReplica {
		c.fleet.Hold(id)
		return
	}
	switch s := d.server(to); {
	case !s.take(id, to):
	case c.last():
		s.start(to)
	default:
		s.wake(to)
	}
}

// await schedules the end of a waiting request's patience.
func (d *dispatch) await(id fleet.RequestID, epoch uint32, request *fleet.Request) {
	at := d.queue.Now().Add(d.patience(request))
	d.queue.Schedule(at, event{kind: giveUp, index: int32(id), epoch: epoch})
}

// rank asks the order for the rank of a waiting request.
func (d *dispatch) rank(id fleet.RequestID, request *fleet.Request) {
	d.fleet.SetRank(id, d.Order.Rank(d.viewNow(), request))
}

// route asks the router for the replica of a waiting request, and checks the answer.
func (d *dispatch) route(id fleet.RequestID, request *fleet.Request) fleet.ReplicaID {
	c := d.core
	c.asked = id
	if d.gate != nil && !d.gate.passes(request) {
		return fleet.NoReplica
	}
	to := c.Router.Route(c.viewNow(), request)
	if to == fleet.NoReplica {
		return to
	}
	if uint(to) >= uint(c.fleet.Replicas()) || !c.fleet.Replica(to).Serves(request.Model) {
		d.misrouted(to, request)
		return fleet.NoReplica
	}
	return to
}

// misrouted fails the run because the router's answer is impossible.
func (d *dispatch) misrouted(to fleet.ReplicaID, request *fleet.Request) {
	if err := sim.ErrOf(d.Router); err != nil {
		d.fail("router %q: %w", d.Router, err)
		return
	}
	d.fail("router %q chose replica %d for a request of %s, which is not an open replica of that model",
		d.Router, to, d.Spec.Models[request.Model].Name)
}

// offer routes the pending requests of a model, oldest first, until the router lets one wait.
// Replicas start only after all these requests have been routed, so that a replica that just became
// free can fill its batch.
func (d *dispatch) offer(m fleet.ModelID) {
	d.given = d.given[:0]
	for d.err == nil {
		id, ok := d.first(m)
		if !ok {
			break
		}
		to := d.route(id, d.fleet.Request(id))
		if to == fleet.NoReplica {
			break
		}
		if d.server(to).take(id, to) && !slices.Contains(d.given, to) {
			d.given = append(d.given, to)
		}
	}
	for _, at := range d.given {
		d.server(at).wake(at)
	}
}

// first returns the pending request of a model that is to be routed next.
func (d *dispatch) first(m fleet.ModelID) (id fleet.RequestID, ok bool) {
	if d.gate != nil {
		return d.gate.first(m)
	}
	return d.fleet.FirstPending(m)
}

// refill offers pending requests to a replica that has finished something. A replica that drains is
// removed if it is empty.
func (d *dispatch) refill(at fleet.ReplicaID) {
	rep := d.fleet.Replica(at)
	if d.fleet.Holds() && d.fleet.Pending(rep.Model) > 0 {
		d.offer(rep.Model)
	}
	if rep.State == fleet.Draining {
		d.leaving.retire(at)
	}
}

// handOver routes a request to a decode replica, after its prompt was computed.
func (d *dispatch) handOver(id fleet.RequestID) {
	if to := d.route(id, d.fleet.Request(id)); to != fleet.NoReplica {
		if s := d.server(to); s.take(id, to) {
			s.wake(to)
		}
	}
}

// cancel ends an attempt whose client has gone: at once if it waits, else as its server can. If its
// KV cache waits for a decode replica, or moves to one, it leaves when the cache has arrived.
func (d *dispatch) cancel(id fleet.RequestID) {
	at := d.fleet.Given(id)
	switch {
	case d.fleet.Answered(id): // it arrives for nobody
	case d.fleet.InService(id):
		s := d.server(at)
		if s.cancel(id, at) {
			s.wake(at)
			d.vacate(d.fleet.Replica(at).Model)
			d.leaving.retire(at)
		}
	case d.origin == nil || !d.prefilled(id) || at != fleet.NoReplica && d.tokens.record(id).enqueued:
		d.leaveLine(sim.RequestTimedOut, id)
	}
}

// leaveLine ends a waiting request unserved.
func (d *dispatch) leaveLine(kind sim.FactKind, id fleet.RequestID) {
	at := d.fleet.Given(id)
	d.fleet.Abandon(id)
	if at == fleet.NoReplica {
		d.ends.end(kind, id, at)
		return
	}
	s := d.server(at)
	s.withdraw(id, at)
	d.ends.end(kind, id, at)
	s.wake(at) // the queue changed
	d.vacate(d.fleet.Replica(at).Model)
	d.leaving.retire(at)
}
