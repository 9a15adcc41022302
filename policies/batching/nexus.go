package batching

import (
	"fmt"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Nexus keeps batches large under overload by early drop. A window slides along the queue until its
// first request would meet its objective if the whole window started now. The requests in front of
// the window are dropped, and the window starts at once as a batch. The window has a fixed number
// of items, or all waiting requests if they have fewer. If the objectives of requests differ, the
// batch ends before the first request that would be late in it.
//
// Source: Shen et al., "Nexus: a GPU cluster engine for accelerating DNN-based video analysis",
// SOSP, 2019; uwsampl/nexus, src/nexus/backend/model_exec.cpp, GetBatchTask. There the queue is in
// the order of deadlines. The executor asks again without a pause (gpu_executor.cpp), so a batch
// never waits to fill up. A batch is expected to take its mean time plus one standard deviation
// (src/nexus/common/model_db.cpp, GetForwardLatency). This margin applies only if a full batch with
// the margin is within the objective, because the scheduler of Nexus plans only such batches.
type Nexus struct {
	batch int
	front front
}

// NewNexus returns a batcher with a window of the given number of items, at most the deployment's
// largest batch. 0 means the largest batch.
func NewNexus(batch int) (*Nexus, error) {
	if batch < 0 {
		return nil, fmt.Errorf("batch: %d is negative", batch)
	}
	return &Nexus{batch: batch, front: front{reckons: true}}, nil
}

// Batch implements sim.Batcher.
func (b *Nexus) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	places := v.Deployment(at).MaxBatch
	if b.batch > 0 {
		places = min(places, b.batch)
	}
	b.front.read(v, at, places)
	w := b.front.slide(places)
	return sim.BatchDecision{Drop: w.from, Count: b.front.timely(&w)}
}

// String returns "nexus", with the window if it is not the deployment's largest batch.
func (b *Nexus) String() string {
	if b.batch > 0 {
		return fmt.Sprintf("nexus(batch %d)", b.batch)
	}
	return "nexus"
}
