package admission

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/profile"
)

// batch sums up what decides how long a batch is planned to take. The works of its members are
// noise that nobody plans with, unless they are sizes: where batches combine them by their sum or
// their largest.
type batch struct {
	how     fleet.Combine
	even    bool // only the number of the members counts
	places  int
	items   float64
	sizes   float64 // Σ items × work
	largest float64 // work
}

// newBatch returns an empty batch of a deployment.
func newBatch(v *sim.View, d *fleet.Deployment) batch {
	m := &v.Spec().Models[d.Model]
	return batch{how: m.Combine, even: !m.Varied && m.Combine == fleet.CombineMean}
}

// add adds a number of requests that are like the given one.
func (b *batch) add(r *fleet.Request, n float64) {
	b.places += int(n) * r.Places()
	b.items += n * r.Size()
	b.sizes += n * r.Size() * r.Work
	b.largest = max(b.largest, r.Work)
}

// clear takes all members out.
func (b *batch) clear() { *b = batch{how: b.how, even: b.even} }

// span returns how long the batch takes at a deployment.
func (b *batch) span(d *fleet.Deployment) time.Duration {
	switch b.how {
	case fleet.CombineSum:
		return d.Latency.LatencyOf(b.sizes)
	case fleet.CombineMax:
		return profile.Stretched(d.Latency.LatencyOf(b.items), b.largest)
	}
	return d.Latency.LatencyOf(b.items)
}
