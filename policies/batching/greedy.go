package batching

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Greedy never waits: it starts all waiting requests that fit into the deployment's largest batch.
// In queueing theory this is batch service without a lower threshold.
type Greedy struct{}

// NewGreedy returns the batcher.
func NewGreedy() *Greedy { return &Greedy{} }

// Batch implements sim.Batcher.
func (*Greedy) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	largest := v.Deployment(at).MaxBatch
	if !v.Varied() {
		return sim.BatchDecision{Count: min(v.Queued(at), largest)}
	}
	count, _ := v.Fit(at, largest)
	return sim.BatchDecision{Count: count}
}

// String returns "greedy".
func (*Greedy) String() string { return "greedy" }
