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

// DefaultQueueDelay is the default of Triton's delay. It is the value in the examples of Triton's
// manual.
const DefaultQueueDelay = 100 * time.Microsecond

// Triton is the dynamic batcher of the Triton Inference Server (dynamic_batch_scheduler.cc). As
// soon as it can form a batch of a preferred size, it starts the largest such batch. Otherwise it
// waits for more requests until the oldest one has waited for the delay, and then starts the
// waiting requests. Preferred sizes beyond a deployment's largest batch are left out. If none is
// left, the largest batch is the preferred size. With a delay of 0 it never waits. Sizes are in
// items.
type Triton struct {
	preferred []int // ascending
	delay     time.Duration
}

// NewTriton returns a batcher. The preferred batch sizes may be in any order. The delay is the
// longest wait.
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

// Batch implements sim.Batcher.
func (b Triton) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	d := v.Deployment(at)
	f := b.form(d.MaxBatch)
	if v.Spec().Models[d.Model].Varied {
		for r := range v.InLine(at) {
			if !f.add(r.Places()) {
				break
			}
		}
	} else {
		for n := v.Queued(at); n > 0 && f.add(1); n-- {
		}
	}
	oldest, _ := v.Oldest(at)
	if count, _ := b.decide(&f, v.Now().Sub(oldest)); count > 0 {
		return sim.BatchDecision{Count: count}
	}
	return sim.BatchDecision{Until: after(oldest, b.delay)}
}

// forming is a batch that is being formed from the requests in line.
type forming struct {
	preferred    []int
	top, largest int // largest preferred size, largest batch, in items
	count, items int
	best         int  // number of requests of the largest preferred batch so far
	full         bool // the next request does not fit
}

// form returns an empty batch of at most the given number of items.
func (b Triton) form(largest int) forming {
	return forming{preferred: b.preferred, top: b.top(largest), largest: largest}
}

// add adds the next request in line. It returns false if the request does not fit.
func (f *forming) add(items int) bool {
	with := f.items + items
	if f.count > 0 && with > f.top && f.best == 0 {
		f.best = f.count
	}
	if f.full = f.count > 0 && with > f.largest; f.full {
		return false
	}
	f.items = with
	f.count++
	if with == f.top || slices.Contains(f.preferred, with) {
		f.best = f.count
	}
	return true
}

// decide returns how many requests to start. If it is none, it returns how long to wait for more.
// Waited is how long the oldest request has waited.
func (b Triton) decide(f *forming, waited time.Duration) (count int, wait time.Duration) {
	overdue := b.delay > 0 && waited >= b.delay
	switch {
	case f.best > 0 && !overdue:
		return f.best, 0
	case f.full || f.items >= f.top || overdue || b.delay == 0:
		return f.count, 0
	}
	return 0, b.delay - waited
}

// top returns the largest preferred size up to the largest batch, or else the largest batch.
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
