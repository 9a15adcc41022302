package engine

import (
	"math"
	"slices"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// handover is the KV caches on their way from the replicas that computed them to those that decode.
// A cache leaves by the network link of one machine and comes in by that of another. All that use a
// link in one direction share it equally, and each moves at the slower of its two shares. Within
// one machine a cache moves at once. A cache on its way is not lost with the machine that it left.
type handover struct {
	*core
	flows []flow // in the order in which they began
	out   []int  // flows per machine
	in    []int
	next  kernel.Time // when the first of them lands
	turn  uint32      // of the event of that
}

// flow is one cache on its way.
type flow struct {
	request  fleet.RequestID
	prompt   int32           // its tokens
	source   fleet.ReplicaID // computed the cache
	at       fleet.ReplicaID // will decode
	from, to fleet.MachineID
	left     float64 // bytes
	speed    float64 // bytes per second
	since    kernel.Time
	began    kernel.Time
	lands    kernel.Time
}

// begin sends the KV cache of a request from the replica that computed it to the one that it was
// given to; false if it is there at once.
func (h *handover) begin(f flow) bool {
	if f.from == f.to || f.left == 0 || h.network(f.from) == 0 && h.network(f.to) == 0 {
		return false
	}
	h.out, h.in = fleet.AtLeast(h.out, f.from), fleet.AtLeast(h.in, f.to)
	h.out[f.from]++
	h.in[f.to]++
	h.flows = append(h.flows, f)
	h.fleet.Send(f.source, f.prompt)
	h.pump(f.from, f.to)
	return true
}

// network returns the bandwidth of a machine's link, 0 if it has no limit.
func (h *handover) network(on fleet.MachineID) float64 {
	return h.machineType(on).Network
}

// pump gives every flow its share after one began or ended between two machines, and schedules the
// first landing.
func (h *handover) pump(from, to fleet.MachineID) {
	now := h.queue.Now()
	first := kernel.Never
	for i := range h.flows {
		f := &h.flows[i]
		if f.from == from || f.to == to {
			h.speedUp(f, now)
		}
		first = min(first, f.lands)
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

// speedUp gives a flow its share of its links.
func (h *handover) speedUp(f *flow, now kernel.Time) {
	speed := math.Inf(1)
	if b := h.network(f.from); b > 0 {
		speed = b / float64(h.out[f.from])
	}
	if b := h.network(f.to); b > 0 {
		speed = min(speed, b/float64(h.in[f.to]))
	}
	if speed == f.speed {
		return
	}
	f.left = max(0, f.left-now.Sub(f.since).Seconds()*f.speed)
	f.speed, f.since = speed, now
	f.lands = now.Add(kernel.Seconds(math.Ceil(f.left/speed*1e9) / 1e9))
}

// due reports whether the event of a landing is not late.
func (h *handover) due(turn uint32) bool {
	if turn != h.turn {
		return false
	}
	h.next = kernel.Never
	return true
}

// land ends the first flow that is there now; ok is false if none is. What follows from a
// landing may begin or end other flows.
func (h *handover) land() (f flow, ok bool) {
	for i := range h.flows {
		if h.flows[i].lands <= h.queue.Now() {
			return h.stop(i), true
		}
	}
	return f, false
}

// stop takes a flow off its links.
func (h *handover) stop(i int) flow {
	f := h.flows[i]
	h.flows = slices.Delete(h.flows, i, i+1)
	h.fleet.Sent(f.source, f.prompt)
	h.out[f.from]--
	h.in[f.to]--
	h.pump(f.from, f.to)
	return f
}

// stopTo takes all flows to a replica that was lost off their links.
func (h *handover) stopTo(to fleet.ReplicaID) {
	for i := len(h.flows) - 1; i >= 0; i-- {
		if h.flows[i].at == to {
			h.stop(i)
		}
	}
}
