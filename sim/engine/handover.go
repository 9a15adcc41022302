package engine

import (
	"math"
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// handover is the KV caches on their way from the replicas that computed them to those that decode. A cache leaves by the
// network link of one machine and comes in by that of another. All that use a link the same way share it equally, and
// each moves at the slower of its two shares. On one machine a cache moves at once. A cache on its way is not lost with
// the machine that it left.
type handover struct {
	flows []flow // in the order in which they began
	out   []int  // flows per machine
	in    []int
	next  kernel.Time // when the first of them lands
	turn  uint32      // of the event of that
}

// flow is one cache on its way.
type flow struct {
	request  fleet.RequestID
	at       fleet.ReplicaID
	from, to fleet.MachineID
	left     float64 // bytes
	speed    float64 // bytes per second
	since    kernel.Time
	began    kernel.Time
	lands    kernel.Time
}

// handOver lets a request whose prompt a replica has computed wait for one that decodes.
func (r *run) handOver(id fleet.RequestID, at fleet.ReplicaID, decoder fleet.ModelID) {
	r.tokenReplicas.serviceRecord(id).from = at
	r.fleet.Exit(id)
	r.fleet.Pass(id, decoder)
	r.tellRequest(sim.RequestPrefilled, id, at)
	if to := r.route(id, r.fleet.Request(id)); to != fleet.NoReplica && r.give(id, to) {
		r.form(to)
	}
}

// prefilled reports whether a request has its first token from one replica and is served, or to be served, by another.
func (r *run) prefilled(id fleet.RequestID) bool {
	return r.tokenReplicas != nil && r.tokenReplicas.origin[r.fleet.Request(id).Model] >= 0
}

// restore lets a request be one of the model that it came for.
func (r *run) restore(id fleet.RequestID) {
	if r.tokenReplicas == nil {
		return
	}
	if origin := r.tokenReplicas.origin[r.fleet.Request(id).Model]; origin >= 0 {
		r.fleet.Request(id).Model = origin
	}
}

// fetch brings the KV cache of a request to the decoding replica that it was given to.
func (r *run) fetch(id fleet.RequestID, to fleet.ReplicaID) {
	h, now, source := &r.tokenReplicas.handover, r.queue.Now(), r.tokenReplicas.serviceRecord(id).from
	f := flow{
		request: id, at: to, from: r.fleet.Replica(source).Machine, to: r.fleet.Replica(to).Machine,
		left: float64(r.tokenConfig(source).TokenBytes) * float64(r.fleet.Request(id).Input), since: now, began: now, lands: kernel.Never,
	}
	if f.from == f.to || f.left == 0 || r.network(f.from) == 0 && r.network(f.to) == 0 {
		r.fetched(&f)
		return
	}
	h.out, h.in = fleet.AtLeast(h.out, f.from), fleet.AtLeast(h.in, f.to)
	h.out[f.from]++
	h.in[f.to]++
	h.flows = append(h.flows, f)
	r.pump(f.from, f.to)
}

// fetched lets a request whose cache is there wait at the engine.
func (r *run) fetched(f *flow) {
	r.tellToken(sim.CacheMoved, f.request, f.at, r.queue.Now().Sub(f.began))
	r.insert(f.request, f.at, r.tokenConfig(f.at))
	r.wake(f.at)
}

// network returns the bandwidth of a machine's link, 0 where it has no limit.
func (r *run) network(on fleet.MachineID) float64 {
	return r.Spec.Types[r.fleet.Machine(on).Type].Network
}

// pump gives every flow its share after one began or ended between two machines, and foresees who is there first.
func (r *run) pump(from, to fleet.MachineID) {
	h, now := &r.tokenReplicas.handover, r.queue.Now()
	first := kernel.Never
	for i := range h.flows {
		f := &h.flows[i]
		if f.from == from || f.to == to {
			r.speedUp(f, now)
		}
		first = min(first, f.lands)
	}
	if first == h.next {
		return
	}
	h.next = first
	h.turn++
	if first < kernel.Never {
		r.queue.Schedule(first, event{kind: cacheArrives, epoch: h.turn})
	}
}

// speedUp gives a flow its share of its links.
func (r *run) speedUp(f *flow, now kernel.Time) {
	h, speed := &r.tokenReplicas.handover, math.Inf(1)
	if b := r.network(f.from); b > 0 {
		speed = b / float64(h.out[f.from])
	}
	if b := r.network(f.to); b > 0 {
		speed = min(speed, b/float64(h.in[f.to]))
	}
	if speed == f.speed {
		return
	}
	f.left = max(0, f.left-now.Sub(f.since).Seconds()*f.speed)
	f.speed, f.since = speed, now
	f.lands = now.Add(kernel.Seconds(math.Ceil(f.left/speed*1e9) / 1e9))
}

// land ends the flows that are there, unless the event is late.
func (r *run) land(turn uint32) {
	h := &r.tokenReplicas.handover
	if turn != h.turn {
		return
	}
	h.next = kernel.Never
	for i := 0; i < len(h.flows); {
		if h.flows[i].lands > r.queue.Now() {
			i++
			continue
		}
		f := r.stopFlow(i)
		r.fetched(&f)
		i = 0 // what follows may have begun or ended others
	}
}

// stopFlow takes a flow off its links.
func (r *run) stopFlow(i int) flow {
	h := &r.tokenReplicas.handover
	f := h.flows[i]
	h.flows = slices.Delete(h.flows, i, i+1)
	h.out[f.from]--
	h.in[f.to]--
	r.pump(f.from, f.to)
	return f
}

// stopFlows takes all flows to a replica that was lost off their links.
func (r *run) stopFlows(to fleet.ReplicaID) {
	h := &r.tokenReplicas.handover
	for i := len(h.flows) - 1; i >= 0; i-- {
		if h.flows[i].at == to {
			r.stopFlow(i)
		}
	}
}
