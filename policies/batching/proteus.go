package batching

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Proteus waits for company as long as the objectives allow. b(q) is the batch of all that wait, or
// as many as fit. While a replica is idle, it waits until w, the last instant at which b(q) would
// not be late, and then starts b(q). When more wait than fit it starts at once. An arrival changes
// b(q), and so w. Where w is past then, those start who waited before, without the newcomers. At
// the end of a batch it drops requests in front as long as b(q) would make them late. If it dropped
// somebody, w has passed meanwhile, and b(q) starts at once. Else it waits as above. Batches count
// items and take the time of their items.
//
// Source: Ahmad et al., "Proteus: a high-throughput inference-serving system with accuracy
// scaling", ASPLOS, 2024; the predictor of its authors with the batching "accscale", as it stands
// in UMass-LIDS/Loki, src/simulator/core/predictor.py. The one of the paper's own repository,
// UMass-LIDS/Proteus, core/predictor.py, does not drop at the end of a batch. Under an overload it
// serves late requests only. Three things are otherwise here:
//
//   - Both drop at an arrival first, so that they start without the newcomer only at w exactly.
//     Here that happens as the comment there and the paper have it, and nobody is lost.
//   - Both note that w has passed when any alarm rings during a batch, even one out of date. So
//     they wait less often after a batch that an alarm started.
//   - Both know the sizes 1, 2, 4 and 8 alone, because these were profiled.
type Proteus struct {
	front front
	waits []int // by replica: the requests that it waits with there; 0: it does not wait
}

// NewProteus returns the batcher.
func NewProteus() *Proteus { return &Proteus{} }

// Batch implements sim.Batcher.
func (b *Proteus) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	f, largest := &b.front, v.Deployment(at).MaxBatch
	f.read(v, at, largest)
	b.waits = fleet.AtLeast(b.waits, at)
	before := b.waits[at]
	b.waits[at] = 0
	if n := b.without(before, largest); n > 0 {
		return sim.BatchDecision{Count: n}
	}
	w := f.slide(largest)
	if w.from == 0 && v.Queued(at) == w.to {
		if until := f.earliest(&w).Add(-f.span(w.items)); until > v.Now() {
			b.waits[at] = w.to
			return sim.BatchDecision{Until: until}
		}
	}
	return sim.BatchDecision{Drop: w.from, Count: f.timely(&w)}
}

// without returns how many start of those that waited before, where newcomers would make the head
// late; else 0.
func (b *Proteus) without(before, largest int) int {
	f, w := &b.front, window{}
	if before == 0 {
		return 0
	}
	f.extend(&w, largest)
	if w.to <= before || f.now.Add(f.span(w.items)) <= f.earliest(&w) {
		return 0
	}
	for w.to > before {
		f.shorten(&w)
	}
	return f.timely(&w)
}

// String returns "proteus".
func (*Proteus) String() string { return "proteus" }
