package batching

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// DefaultQueueDelay is how long Triton lets a request wait for company unless told otherwise, as in
// the examples of its manual.
const DefaultQueueDelay = 100 * time.Microsecond

// Triton is the dynamic batcher of the Triton Inference Server (dynamic_batch_scheduler.cc). As
// soon as it can form a batch of a preferred size, it starts the largest such batch. Otherwise it
// waits for more until the oldest request has waited the delay, and then starts what is there.
// Sizes beyond a deployment's largest batch are left out; without any other, that is the preferred
// one. With a delay of 0 it never waits.
type Triton struct {
	preferred []int // ascending
	delay     time.Duration
}

// NewTriton returns a batcher with preferred batch sizes, in any order, and the longest wait.
func NewTriton(preferred []int, delay time.Duration) (Triton, error) {
	sizes := slices.Sorted(slices.Values(preferred))
	var faults []error
	if len(sizes) > 0 && sizes[0] < 1 {
		faults = append(faults, fmt.Errorf("preferred: %d is below 1", sizes[0]))
	}
	if delay < 0 {
		faults = append(faults, fmt.Errorf("max-delay: %v is negative", delay))
	}
	return Triton{slices.Compact(sizes), delay}, errors.Join(faults...)
}

// Batch implements sim.Batcher. Every request is of size one.
func (b Triton) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	oldest, _ := v.Oldest(at)
	one := func(int) int { return 1 }
	count, _ := b.decide(v.Queued(at), one, v.Now().Sub(oldest), v.Deployment(at).MaxBatch)
	if count > 0 {
		return sim.BatchDecision{Count: count}
	}
	return sim.BatchDecision{Until: after(oldest, b.delay)}
}

// decide returns how many of n waiting requests to start, or with none how long to wait for more.
// Request i counts size(i) towards the largest batch, and the oldest has waited so long.
func (b Triton) decide(n int, size func(i int) int, waited time.Duration, largest int) (count int, wait time.Duration) {
	top := b.top(largest)
	pending, best, full := 0, 0, false // best: requests of the largest preferred batch so far
	for count < n {
		with := pending + size(count)
		if count > 0 && with > top && best == 0 {
			best = count
		}
		if full = count > 0 && with > largest; full {
			break
		}
		pending = with
		count++
		if with == top || slices.Contains(b.preferred, with) {
			best = count
		}
	}
	overdue := b.delay > 0 && waited >= b.delay
	switch {
	case best > 0 && !overdue:
		return best, 0
	case full || pending >= top || overdue || b.delay == 0:
		return count, 0
	}
	return 0, b.delay - waited
}

// top returns the largest preferred size that a largest batch allows.
func (b Triton) top(largest int) int {
	for _, size := range slices.Backward(b.preferred) {
		if size <= largest {
			return size
		}
	}
	return largest
}

// String returns "triton", with the parameters that differ from their defaults.
func (b Triton) String() string {
	var parts []string
	if len(b.preferred) > 0 {
		parts = append(parts, "preferred "+strings.Trim(fmt.Sprint(b.preferred), "[]"))
	}
	if b.delay != DefaultQueueDelay {
		parts = append(parts, fmt.Sprintf("max-delay %v", b.delay))
	}
	if len(parts) == 0 {
		return "triton"
	}
	return "triton(" + strings.Join(parts, ", ") + ")"
}
