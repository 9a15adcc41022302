package batching

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Defaults of AIMD: the allowed items grow by 1, and shrink by a tenth.
const (
	DefaultStep    = 1
	DefaultBackoff = 0.9
)

// AIMD finds the largest batch of each replica by trial: additive increase, multiplicative
// decrease. It starts with one item. After every full batch that took no longer than the model's
// objective, it adds a step to the allowed items. After every batch that took longer, it multiplies
// the allowed items by a factor. A batch is full when its items take all allowed places, or when
// the next request does not fit. AIMD never waits, and never exceeds the deployment's largest
// batch. Source: Crankshaw et al., "Clipper: a low-latency online prediction serving system", NSDI,
// 2017.
type AIMD struct {
	sim.Handlers
	step, backoff float64
	replicas      []trial // by identity, up to the highest that the batcher was asked about
}

// trial is what AIMD knows of a replica.
type trial struct {
	limit   float64 // allowed items, to be rounded down; 0 before the first batch
	largest float64
	target  time.Duration
	decided running // the batch decided last
	running []running
}

// running is a batch in service.
type running struct {
	count int
	items int // its items; at least the limit if the next request did not fit
	since kernel.Time
	ends  kernel.Time
}

// NewAIMD returns a batcher. Step is the number of items that a full batch in time adds. Backoff is
// the factor after a batch that took longer than the objective.
func NewAIMD(step, backoff float64) (*AIMD, error) {
	var faults []error
	if !(step > 0 && step <= 1e6) {
		faults = append(faults, fmt.Errorf("step: %v is outside (0, 1e6]", step))
	}
	if !(backoff > 0 && backoff < 1) {
		faults = append(faults, fmt.Errorf("backoff: %v is outside (0, 1)", backoff))
	}
	b := &AIMD{step: step, backoff: backoff}
	b.On(b.started, sim.BatchStarted)
	b.On(b.finished, sim.BatchFinished)
	return b, errors.Join(faults...)
}

// Batch implements sim.Batcher.
func (b *AIMD) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	b.replicas = fleet.AtLeast(b.replicas, at)
	t := &b.replicas[at]
	if t.limit == 0 {
		d := v.Deployment(at)
		*t = trial{limit: 1, largest: float64(d.MaxBatch), target: v.Spec().Models[d.Model].Target}
	}
	count, items := v.Fit(at, int(t.limit))
	if count < v.Queued(at) {
		items = max(items, int(t.limit))
	}
	t.decided = running{count: count, items: items}
	return sim.BatchDecision{Count: count}
}

// started remembers a batch in service. Its items are known if it has as many requests as the batch
// decided last. Otherwise each request counts as one item.
func (b *AIMD) started(f *sim.Fact) {
	if int(f.Replica) >= len(b.replicas) {
		return
	}
	t, items := &b.replicas[f.Replica], f.Count
	if t.decided.count == f.Count {
		items = t.decided.items
	}
	t.running = append(t.running, running{f.Count, items, f.At, f.At.Add(f.Span)})
}

// finished learns from the latency of a batch.
func (b *AIMD) finished(f *sim.Fact) {
	if int(f.Replica) >= len(b.replicas) {
		return
	}
	t := &b.replicas[f.Replica]
	for i, r := range t.running {
		if r.ends == f.At && r.count == f.Count {
			t.running = slices.Delete(t.running, i, i+1)
			b.learn(t, r.items, r.ends.Sub(r.since))
			return
		}
	}
}

// learn adapts the limit to a batch, by the number of its items and the time it took.
func (b *AIMD) learn(t *trial, items int, took time.Duration) {
	switch {
	case took > t.target:
		t.limit = max(1, t.limit*b.backoff)
	case items >= int(t.limit):
		t.limit = min(t.limit+b.step, t.largest)
	}
}

// String returns "aimd", with the parameters that differ from their defaults.
func (b *AIMD) String() string {
	var parts []string
	if b.step != DefaultStep {
		parts = append(parts, fmt.Sprintf("step %v", b.step))
	}
	if b.backoff != DefaultBackoff {
		parts = append(parts, fmt.Sprintf("backoff %v", b.backoff))
	}
	if len(parts) == 0 {
		return "aimd"
	}
	return "aimd(" + strings.Join(parts, ", ") + ")"
}
