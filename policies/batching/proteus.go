package batching

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Proteus waits for company as long as the objectives allow. With q requests waiting it waits until
// a batch of q+1 could just finish by the earliest of their deadlines, and then starts the q. A
// full batch starts at once. Requests that would miss their objective even if they started alone
// now are dropped. A queue that grew while the replica was busy can be too long for its earliest
// deadline: then as many start as meet their objectives. Source: Ahmad et al., "Proteus: a
// high-throughput inference-serving system with accuracy scaling", ASPLOS, 2024.
type Proteus struct{}

// NewProteus returns the batcher.
func NewProteus() Proteus { return Proteus{} }

// Batch implements sim.Batcher.
func (Proteus) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	d := v.Deployment(at)
	o := look(v, at, 1, d.MaxBatch)
	queued := v.Queued(at) - o.drop
	if queued > 0 && o.timely == queued && queued < d.MaxBatch {
		until := o.earliest.Add(-d.Latency.Latency(queued + 1))
		if until > v.Now() {
			return sim.BatchDecision{Drop: o.drop, Until: until}
		}
	}
	return sim.BatchDecision{Drop: o.drop, Count: o.timely}
}

// String returns "proteus".
func (Proteus) String() string { return "proteus" }
