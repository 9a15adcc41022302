package metrics

import (
	"hash/fnv"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Wants records how many replicas of each deployment an allocator wants, loading and ready ones
// together. It has no rows. It is used to compare the decisions of policies.
type Wants struct {
	sim.Handlers
	span   MeasuredSpan
	period time.Duration
	counts []int // per deployment
	wanted map[fleet.ReplicaID]bool
	next   kernel.Time // the next instant to record
	seen   []uint64    // checksums so far
}

// NewWants returns the fold for a spec and a measured span. It records the wanted replicas at every
// instant of the span at which a control period begins, after all decisions of that instant.
func NewWants(c *fleet.Spec, s MeasuredSpan, period time.Duration) *Wants {
	w := &Wants{span: s, period: period, counts: make([]int, len(c.Deployments)), wanted: map[fleet.ReplicaID]bool{}}
	w.On(func(f *sim.Fact) { w.change(f, true) }, sim.ReplicaLoading)
	w.On(func(f *sim.Fact) { w.change(f, false) }, sim.ReplicaCancelled, sim.ReplicaDraining, sim.ReplicaLost)
	w.On(func(f *sim.Fact) { w.until(f.At) }, sim.HorizonReached)
	return w
}

// change counts a replica that is now wanted, or is no longer wanted.
func (w *Wants) change(f *sim.Fact, wanted bool) {
	w.until(f.At)
	switch {
	case wanted:
		w.wanted[f.Replica] = true
		w.counts[f.Deployment]++
	case w.wanted[f.Replica]: // a replica that drains and is then lost has two such facts
		delete(w.wanted, f.Replica)
		w.counts[f.Deployment]--
	}
}

// until records the instants before now.
func (w *Wants) until(now kernel.Time) {
	for w.period > 0 && w.next < min(now, w.span.Until) {
		if w.next >= w.span.From {
			w.seen = append(w.seen, w.sum())
		}
		w.next = w.next.Add(w.period)
	}
}

// sum returns a checksum of the wanted numbers at present.
func (w *Wants) sum() uint64 {
	h := fnv.New64a()
	for _, n := range w.counts {
		h.Write([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
	}
	return h.Sum64()
}

// Seen returns a checksum of the wanted numbers at each instant. Equal checksums mean equal
// numbers.
func (w *Wants) Seen() []uint64 { return w.seen }
