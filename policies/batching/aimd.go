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
// model's objective it adds a step to the batch that it allows. After every batch that took longer
// it multiplies that by a factor. It never waits, and never exceeds the deployment's largest batch.
// Source: Crankshaw et al., "Clipper: a low-latency online prediction serving system", NSDI, 2017.
type AIMD struct {
	step, backoff float64
	replicas      []trial // by identity, up to the highest that was asked about
}

// trial is what AIMD knows of a replica.
type trial struct {
	limit   float64 // the batch that it allows, rounded down; 0 before the first
	largest float64
	target  time.Duration
	running []running
}

// running is a batch in service.
type running struct {
	count int
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
	return &AIMD{step: step, backoff: backoff}, errors.Join(faults...)
}

// Batch implements sim.Batcher.
func (b *AIMD) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	b.replicas = fleet.AtLeast(b.replicas, at)
	t := &b.replicas[at]
	if t.limit == 0 {
		d := v.Deployment(at)
		*t = trial{limit: 1, largest: float64(d.MaxBatch), target: v.Spec().Models[d.Model].Target}
	}
	return sim.BatchDecision{Count: min(v.Queued(at), int(t.limit))}
}

// Wants implements sim.Selective.
func (b *AIMD) Wants(kind sim.FactKind) bool {
	return kind == sim.BatchStarted || kind == sim.BatchFinished
}

// Observe implements sim.Observer: it learns from the latency of a batch once that is finished.
func (b *AIMD) Observe(f *sim.Fact) {
	if !b.Wants(f.Kind) || int(f.Replica) >= len(b.replicas) {
		return
	}
	t := &b.replicas[f.Replica]
	if f.Kind == sim.BatchStarted {
		t.running = append(t.running, running{f.Count, f.At, f.At.Add(f.Span)})
		return
	}
	for i, r := range t.running {
		if r.ends == f.At && r.count == f.Count {
			t.running = slices.Delete(t.running, i, i+1)
			b.learn(t, r.count, r.ends.Sub(r.since))
			return
		}
	}
}

// learn takes note that a batch of n took so long.
func (b *AIMD) learn(t *trial, n int, took time.Duration) {
	switch {
	case took > t.target:
		t.limit = max(1, t.limit*b.backoff)
	case n >= int(t.limit):
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
