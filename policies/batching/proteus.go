package batching

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Proteus waits for company as long as the objectives allow: with q requests waiting, until a batch of q+1 could just
// finish by the earliest of their deadlines; then it starts them. A full batch starts at once, and requests that
// would miss their objective even if started alone now are dropped (Ahmad et al., "Proteus: a high-throughput
// inference-serving system with accuracy scaling", ASPLOS 2024). A queue that grew while the replica was busy can be
// too long for its earliest deadline: then as many start as meet their objectives.
type Proteus struct{}

// NewProteus returns the batcher.
func NewProteus() Proteus { return Proteus{} }

// Batch implements sim.Batcher.
func (Proteus) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	d, drop := v.Deployment(at), hopeless(v, at)
	queued := v.Queued(at) - drop
	if queued > 0 && queued < d.MaxBatch {
		until := earliest(v, at, drop).Add(-d.Latency.Latency(queued + 1))
		if until > v.Now() {
			return sim.BatchDecision{Drop: drop, Until: until}
		}
	}
	return sim.BatchDecision{Drop: drop, Count: timely(v, at, drop, d.MaxBatch)}
}

// String returns "proteus".
func (Proteus) String() string { return "proteus" }
