package capacity

import (
	"time"

	"wavetank/sim/profile"
)

// WaitRule says how long a request may wait before its batch starts, where the largest batch that
// meets an objective is sought.
type WaitRule int

const (
	// NoWait allows for none (Proteus, ASPLOS 2024): the batch itself must meet the objective.
	NoWait WaitRule = iota
	// FullBatch allows for one full batch in front (Nexus, Shen et al., SOSP 2019): a batch may
	// take half the objective.
	FullBatch
)

// Allowed returns how long a batch may take under an objective on the latency.
func (w WaitRule) Allowed(objective time.Duration) time.Duration {
	if w == FullBatch {
		return objective / 2
	}
	return objective
}

// LargestBatch returns the size of the largest batch that takes no longer than allowed, or 0 where
// not even a batch of one does.
func LargestBatch(b profile.Batch, allowed time.Duration) int {
	return b.Largest(b.Max(), func(latency time.Duration) bool { return latency <= allowed })
}
