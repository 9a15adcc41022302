package batching

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Greedy never waits: it starts all that is queued, up to the deployment's largest batch. In
// queueing theory this is batch service without a lower threshold.
type Greedy struct{}

// NewGreedy returns the batcher.
func NewGreedy() Greedy { return Greedy{} }

// Batch implements sim.Batcher.
func (Greedy) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	return sim.BatchDecision{Count: min(v.Queued(at), v.Deployment(at).MaxBatch)}
}

// String returns "greedy".
func (Greedy) String() string { return "greedy" }
