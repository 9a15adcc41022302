package batching

import (
	"fmt"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Nexus keeps batches large under overload by early drop. A window slides along the queue, past
// requests that would miss their objective if the whole window started now. These are dropped, and
// the window starts at once. The window is a fixed batch, or what waits when that is less; both
// count items. Where requests of one queue have objectives of their own, the batch ends before the
// first member that would be late with it.
//
// Source: Shen et al., "Nexus: a GPU cluster engine for accelerating DNN-based video analysis",
// SOSP, 2019; uwsampl/nexus, src/nexus/backend/model_exec.cpp, GetBatchTask. There the queue is in
// the order of deadlines. The executor asks again without a pause (gpu_executor.cpp), so that it
// never waits for company. A batch is taken to last its mean time and one standard deviation
// (src/nexus/common/model_db.cpp, GetForwardLatency). That holds where a full batch that lasts so
// long is within the objective, as all batches are that its scheduler plans.
type Nexus struct {
	batch int
	front front
}

// NewNexus returns a batcher with a window of so many items, 0 for the deployment's largest batch,
// which is never exceeded.
func NewNexus(batch int) (*Nexus, error) {
	if batch < 0 {
		return nil, fmt.Errorf("batch: %d is negative", batch)
	}
	return &Nexus{batch: batch}, nil
}

// Batch implements sim.Batcher.
func (b *Nexus) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	places := v.Deployment(at).MaxBatch
	if b.batch > 0 {
		places = min(places, b.batch)
	}
	b.front.reckon(v, at, places)
	b.front.read(v, at, places)
	w := b.front.slide(places)
	return sim.BatchDecision{Drop: w.from, Count: b.front.timely(&w)}
}

// String returns "nexus", with the window when it is not the deployment's largest batch.
func (b *Nexus) String() string {
	if b.batch > 0 {
		return fmt.Sprintf("nexus(batch %d)", b.batch)
	}
	return "nexus"
}
