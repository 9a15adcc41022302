package engine

import (
	"math"
	"slices"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// handover moves KV caches from prefill replicas to decode replicas. A cache leaves one machine by
// its network link, and enters another machine by that machine's link. The caches that use a link
// in one direction share it equally. Each cache moves at the slower of its two shares. Within one
// machine a cache moves in no time. A cache on its way survives the loss of the machine that it
// left.
type handover struct {
	*core
	flows []flow      // in the order in which they began
	out   []direction // per machine
	in    []direction // per machine
	next  kernel.Time // when the first flow lands
	turn  uint32      // number of the event of this landing
}

// direction is one direction of the network link of a machine.
type direction struct {
	flows int
	share float64 // bytes per second for each flow; +Inf: no limit
}

// flow is one cache on its way.
type flow struct {
	request  fleet.RequestID
	prompt   int32           // prompt tokens
	source   fleet.ReplicaID // replica that computed the cache
	at       fleet.ReplicaID // replica that will decode
	from, to fleet.MachineID
	left     float64     // bytes still to be sent
	speed    float64     // bytes per second
	since    kernel.Time // when left was computed
	began    kernel.Time // when the flow began
	lands    kernel.Time // when it ends, at the present speed

	// With Handover.Layers: how long layers were sent while the prompt was computed, and the bytes
	// that may be left when the cache has arrived. The flow itself begins after the prompt and
	// keeps all its bytes, so that a link never carries more than it can. The request has its cache
	// earlier by the overlap, but not before the last layer was sent.
	overlap time.Duration
	spare   float64
	arrives kernel.Time // when the request has its cache, at the present speed
	arrived bool
}

// begin starts to send a KV cache. It returns false if the cache arrives in no time.
func (h *handover) begin(f flow) bool {
	if f.from == f.to || f.left == 0 || h.network(f.from) == 0 && h.network(f.to) == 0 {
		return false
	}
	h.out, h.in = fleet.AtLeast(h.out, f.from), fleet.AtLeast(h.in, f.to)
	h.use(f.from, f.to, 1)
	h.flows = append(h.flows, f)
	h.fleet.Send(f.source, f.prompt)
	h.pump(f.from, f.to)
	return true
}

// use changes the numbers of flows that leave one machine and enter another.
func (h *handover) use(from, to fleet.MachineID, by int) {
	h.out[from].change(by, h.network(from))
	h.in[to].change(by, h.network(to))
}

// change changes the number of flows. bandwidth is that of the link in bytes per second; 0: no
// limit.
func (d *direction) change(by int, bandwidth float64) {
	d.flows += by
	d.share = math.Inf(1)
	if bandwidth > 0 {
		d.share = bandwidth / float64(d.flows)
	}
}

// network returns the bandwidth of a machine's link in bytes per second. 0 means no limit.
func (h *handover) network(on fleet.MachineID) float64 {
	return h.machineType(on).Network
}

// pump gives every flow its new share after a flow between two machines began or ended.
func (h *handover) pump(from, to fleet.MachineID) {
	now := h.queue.Now()
	for i := range h.flows {
		f := &h.flows[i]
		if f.from == from || f.to == to {
			h.speedUp(f, now)
		}
	}
	h.schedule()
}

// schedule schedules the first arrival or landing.
func (h *handover) schedule() {
	first := kernel.Never
	for i := range h.flows {
		if f := &h.flows[i]; f.arrived {
			first = min(first, f.lands)
		} else {
			first = min(first, f.arrives)
		}
	}
	if first == h.next {
		return
	}
	h.next = first
	h.turn++
	if first < kernel.Never {
		h.queue.Schedule(first, event{kind: cacheArrives, epoch: h.turn})
	}
}

// speedUp sets the speed of a flow to its present share of its links.
func (h *handover) speedUp(f *flow, now kernel.Time) {
	speed := min(h.out[f.from].share, h.in[f.to].share)
	if speed == f.speed {
		return
	}
	f.left = max(0, f.left-now.Sub(f.since).Seconds()*f.speed)
	f.speed, f.since = speed, now
	f.lands = kernel.Never
	if nanoseconds := math.Ceil(f.left / speed * 1e9); nanoseconds < math.MaxInt64 {
		f.lands = now.Add(time.Duration(nanoseconds))
	}
	f.arrives = f.lands
	if f.overlap > 0 && f.lands < kernel.Never {
		last := now.Add(time.Duration(math.Ceil(max(0, f.left-f.spare) / speed * 1e9)))
		f.arrives = min(f.lands, max(last, f.lands.Add(-f.overlap)))
	}
}

// due reports whether the event of a landing is still valid.
func (h *handover) due(turn uint32) bool {
	if turn != h.turn {
		return false
	}
	h.next = kernel.Never
	return true
}

// land returns the first flow whose cache has arrived by now; ok is false if none has. It returns
// one flow a call, because the consequences of an arrival may begin or end other flows. It also
// ends the flows that have landed.
func (h *handover) land() (f flow, ok bool) {
	now := h.queue.Now()
	for i := 0; i < len(h.flows); i++ {
		switch f := &h.flows[i]; {
		case f.lands <= now:
			if gone := h.stop(i); !gone.arrived {
				return gone, true
			}
			i-- // it had arrived before
		case !f.arrived && f.arrives <= now:
			f.arrived = true
			h.schedule()
			return *f, true
		}
	}
	return f, false
}

// stop removes a flow.
func (h *handover) stop(i int) flow {
	f := h.flows[i]
	h.flows = slices.Delete(h.flows, i, i+1)
	h.fleet.Sent(f.source, f.prompt)
	h.use(f.from, f.to, -1)
	h.pump(f.from, f.to)
	return f
}

// stopTo removes all flows to a lost replica.
func (h *handover) stopTo(to fleet.ReplicaID) {
	for i := len(h.flows) - 1; i >= 0; i-- {
		if h.flows[i].at == to {
			h.stop(i)
		}
	}
}
