package batching

import (
	"fmt"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Nexus keeps batches large under overload by early drop (Shen et al., "Nexus: a GPU cluster engine for accelerating
// DNN-based video analysis", SOSP 2019): a window of a fixed batch size, or of what waits when that is less, slides
// along the queue, past requests that would miss their objective if the whole window started now. These are dropped,
// and the window starts at once. Where requests of one queue have objectives of their own, the batch ends before the
// first member that would be late with it.
type Nexus struct {
	batch int
}

// NewNexus returns a batcher with a window of so many requests, 0 for the deployment's largest batch, which is never
// exceeded.
func NewNexus(batch int) (Nexus, error) {
	if batch < 0 {
		return Nexus{}, fmt.Errorf("batch: %d is negative", batch)
	}
	return Nexus{batch}, nil
}

// Batch implements sim.Batcher.
func (b Nexus) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	d, queued, drop := v.Deployment(at), v.Queued(at), 0
	window := d.MaxBatch
	if b.batch > 0 {
		window = min(window, b.batch)
	}
	for r := range v.InLine(at) {
		if v.Now().Add(d.Latency.Latency(min(window, queued-drop))) <= deadline(v, r) {
			break
		}
		drop++
	}
	return sim.BatchDecision{Drop: drop, Count: timely(v, at, drop, window)}
}

// String returns "nexus", with the window when it is not the deployment's largest batch.
func (b Nexus) String() string {
	if b.batch > 0 {
		return fmt.Sprintf("nexus(batch %d)", b.batch)
	}
	return "nexus"
}
