package batching

import (
	"fmt"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Nexus keeps batches large under overload by early drop. A window slides along the queue, past
// requests that would miss their objective if the whole window started now. These are dropped, and
// the window starts at once. The window is a fixed batch, or what waits when that is less. Where
// requests of one queue have objectives of their own, the batch ends before the first member that
// would be late with it. Source: Shen et al., "Nexus: a GPU cluster engine for accelerating
// DNN-based video analysis", SOSP, 2019.
type Nexus struct {
	batch int
}

// NewNexus returns a batcher with a window of so many requests, 0 for the deployment's largest
// batch, which is never exceeded.
func NewNexus(batch int) (Nexus, error) {
	if batch < 0 {
		return Nexus{}, fmt.Errorf("batch: %d is negative", batch)
	}
	return Nexus{batch}, nil
}

// Batch implements sim.Batcher.
func (b Nexus) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	window := v.Deployment(at).MaxBatch
	if b.batch > 0 {
		window = min(window, b.batch)
	}
	o := look(v, at, window, window)
	return sim.BatchDecision{Drop: o.drop, Count: o.timely}
}

// String returns "nexus", with the window when it is not the deployment's largest batch.
func (b Nexus) String() string {
	if b.batch > 0 {
		return fmt.Sprintf("nexus(batch %d)", b.batch)
	}
	return "nexus"
}
