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

// Defaults of AIMD: batches grow from one by one, and shrink by a tenth.
const (
	DefaultStep    = 1
	DefaultBackoff = 0.9
)

// AIMD finds the largest batch by trying, for each replica apart. After every full batch within the
// model's objective it adds a step to the items that it allows. After every batch that took longer
// it multiplies them by a factor. A batch is full when its items take all places allowed, or when
// the next request does not fit. It never waits, and never exceeds the deployment's largest batch.
// Source: Crankshaw et al., "Clipper: a low-latency online prediction serving system", NSDI, 2017.
type AIMD struct {
	sim.Handlers
	step, backoff float64
	replicas      []trial // by identity, up to the highest that was asked about
}

// trial is what AIMD knows of a replica.
type trial struct {
	limit   float64 // the items that it allows, rounded down; 0 before the first batch
	largest float64
	target  time.Duration
	decided running // the last batch
	running []running
}

// running is a batch in service.
type running struct {
	count int
	items int // that it takes places for; at least the limit where the next request did not fit
	since kernel.Time
	ends  kernel.Time
}

// NewAIMD returns a batcher with a step of requests and the factor after a violation.
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

// started remembers a batch at a replica that it was asked about. It is the one that it decided on,
// or it counts as one of single items.
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

// learn notes how long a batch took and how many items it had.
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
