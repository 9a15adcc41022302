package engine

import (
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// queueFull is the reason of a rejection at the queue limit.
const queueFull = "queue full"

// full reports whether a request that has just arrived exceeds the queue limit of its model. To is
// the replica that the router gave it. Requests that can start at the present instant do not count
// as waiting.
func (d *dispatch) full(request *fleet.Request, to fleet.ReplicaID) bool {
	waiting := d.fleet.Waiting(request.Model)
	if to != fleet.NoReplica {
		starting, fits := d.server(to).room(to, request)
		if fits {
			return false
		}
		waiting -= starting
	}
	others := d.touched
	if d.origin != nil {
		others = d.fleet.Active() // token replicas count even if they are not touched
	}
	for _, at := range others {
		rep := d.fleet.Replica(at)
		if at != to && rep.Model == request.Model && (rep.Touched || d.deployment(at).Tokens != nil) {
			starting, _ := d.server(at).room(at, request)
			waiting -= starting
		}
	}
	return waiting > d.Spec.Models[request.Model].QueueLimit
}

// thin rejects the least urgent requests that wait for a model until the queue limit is kept. Under
// an order, the least urgent request is not always the last arrival.
func (d *dispatch) thin(m fleet.ModelID) {
	waits := func(at fleet.ReplicaID) bool {
		rep := d.fleet.Replica(at)
		starting, _ := d.server(at).room(at, &fleet.Request{})
		return starting < rep.Queued()
	}
	for d.fleet.Waiting(m) > d.Spec.Models[m].QueueLimit {
		id, ok := d.fleet.LeastUrgent(m, waits)
		if !ok {
			return
		}
		d.ends.reason = queueFull
		d.leaveLine(sim.RequestRejected, id)
	}
}

// startAll ends the present instant, after all ends and arrivals of the instant. Waiting attempts
// of hedged requests that others have answered leave. Replicas start what they can, in the order of
// their identities. Then requests beyond the queue limit leave, and requests whose patience is
// over. At last the allocator is asked if a request has found no replica.
func (r *run) startAll() {
	if r.clients != nil {
		r.leaveBeaten(true)
	}
	if r.health != nil {
		r.health.settle()
	}
	for _, m := range r.arrived {
		r.dispatch.offer(m)
		if r.Spec.Models[m].QueueLimit >= 0 {
			r.crowded = append(r.crowded, m)
		}
	}
	r.arrived = r.arrived[:0]
	for _, m := range r.vacated {
		r.dispatch.offer(m)
	}
	r.vacated = r.vacated[:0]
	slices.Sort(r.touched)
	for i := 0; i < len(r.touched); i++ { // the list may grow meanwhile
		at := r.touched[i]
		rep := r.fleet.Replica(at)
		rep.Touched = false
		if rep.State != fleet.Gone {
			r.dispatch.server(at).start(at)
		}
	}
	r.touched = r.touched[:0]
	if r.tokens != nil {
		r.tokens.begun = r.queue.Now()
	}
	for _, m := range r.crowded {
		r.dispatch.thin(m)
	}
	r.crowded = r.crowded[:0]
	for _, p := range r.impatient {
		if r.waits(p.id, p.epoch) {
			r.dispatch.leaveLine(sim.RequestTimedOut, p.id)
		}
	}
	r.impatient = r.impatient[:0]
	if r.clients != nil {
		r.expire()
	}
	if r.waking != nil {
		r.waking.ask()
	}
	r.late = len(r.touched)+len(r.vacated) > 0 || r.health != nil && len(r.health.suspects) > 0
	r.watched = r.late || r.defers || r.drains
}

// expire ends the timeouts of clients that end at the present instant, and the services of attempts
// that others have answered.
func (r *run) expire() {
	for _, p := range r.clients.expired {
		if r.health != nil && r.clients.waitsFor(p) {
			r.health.answered(r.fleet.Given(p.id), false)
		}
		if r.clients.expire(p) {
			r.dispatch.cancel(p.id)
		}
	}
	r.clients.expired = r.clients.expired[:0]
	r.leaveBeaten(false)
}

// leaveBeaten ends attempts of hedged requests that others have just answered. With waiting set, it
// ends only those that are not in service.
func (r *run) leaveBeaten(waiting bool) {
	left := r.clients.beaten[:0]
	for _, p := range r.clients.beaten {
		switch {
		case r.fleet.Epoch(p.id) != p.epoch: // it has ended
		case waiting && r.fleet.InService(p.id):
			left = append(left, p)
		default:
			r.dispatch.cancel(p.id)
		}
	}
	r.clients.beaten = left
}
