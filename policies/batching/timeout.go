package batching

import (
	"errors"
	"fmt"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// DefaultMaxDelay is the default of Timeout's delay.
const DefaultMaxDelay = 5 * time.Millisecond

// Timeout waits for a full batch, but no longer than a delay after the oldest request at the
// replica arrived. Then it starts the waiting requests. A batch is full when its items take all
// places, or when the next request does not fit. The delay counts from the arrival and not from the
// routing. So a request that waited longer than the delay before it was routed starts at once.
type Timeout struct {
	maxBatch int
	maxDelay time.Duration
}

// NewTimeout returns a batcher with batches of at most maxBatch items, and never more than the
// deployment's largest batch. A maxBatch of 0 means the largest batch.
func NewTimeout(maxBatch int, maxDelay time.Duration) (Timeout, error) {
	var faults []error
	if maxBatch < 0 {
		faults = append(faults, fmt.Errorf("max-batch: %d is negative", maxBatch))
	}
	if maxDelay < 0 {
		faults = append(faults, fmt.Errorf("max-delay: %v is negative", maxDelay))
	}
	return Timeout{maxBatch, maxDelay}, errors.Join(faults...)
}

// Batch implements sim.Batcher.
func (b Timeout) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	full := v.Deployment(at).MaxBatch
	if b.maxBatch > 0 {
		full = min(full, b.maxBatch)
	}
	count, taken := v.Fit(at, full)
	oldest, waits := v.Oldest(at)
	until := after(oldest, b.maxDelay)
	if !waits || taken >= full || count < v.Queued(at) || until <= v.Now() {
		return sim.BatchDecision{Count: count}
	}
	return sim.BatchDecision{Until: until}
}

// String returns "timeout", with the parameters that differ from their defaults.
func (b Timeout) String() string {
	switch {
	case b.maxBatch != 0 && b.maxDelay != DefaultMaxDelay:
		return fmt.Sprintf("timeout(max-batch %d, max-delay %v)", b.maxBatch, b.maxDelay)
	case b.maxBatch != 0:
		return fmt.Sprintf("timeout(max-batch %d)", b.maxBatch)
	case b.maxDelay != DefaultMaxDelay:
		return fmt.Sprintf("timeout(max-delay %v)", b.maxDelay)
	}
	return "timeout"
}
