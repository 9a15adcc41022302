package batching

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Proteus waits for more requests as long as the objectives allow. Let b(q) be the batch of all q
// waiting requests, or as many as fit, and w the last instant at which b(q) would not be late. An
// idle replica waits until w, and then starts b(q). If more requests wait than fit, it starts at
// once. An arrival changes b(q), and so w. If the new w is in the past, the earlier requests start
// without the newcomers. At the end of a batch, Proteus drops requests in front as long as b(q)
// would make them late. If it dropped any request, w has passed, and b(q) starts at once. Otherwise
// the replica waits as above. Batches count items and take the time of their items.
//
// Source: Ahmad et al., "Proteus: a high-throughput inference-serving system with accuracy
// scaling", ASPLOS, 2024; the predictor of its authors with the batching "accscale", in
// UMass-LIDS/Loki, src/simulator/core/predictor.py. The predictor of the paper's own repository,
// UMass-LIDS/Proteus, core/predictor.py, does not drop at the end of a batch. Under overload it
// only serves late requests. This batcher differs from both predictors in three ways:
//
//   - Both predictors first drop late requests at an arrival. So they start without the newcomer
//     only at w exactly. This batcher follows their comment and the paper, and loses no request.
//   - Both predictors record that w has passed when any alarm rings during a batch, even an
//     outdated one. So they wait less often after a batch that an alarm started.
//   - Both predictors only know the sizes 1, 2, 4 and 8, because these were profiled.
type Proteus struct {
	front front
	waits []int // by replica: number of requests when it began to wait; 0: it does not wait
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

// without returns how many requests start without the newcomers, which would make a request late.
// It returns 0 if newcomers do no harm. The parameter before is the number of requests that waited
// before the newcomers.
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
