package simtest

import (
	"errors"
	"fmt"
	"math"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Services is an observer that checks the batches of a run. The order must not interrupt or share
// services, and replicas of one GPU must not slow each other down.
//
//   - A batch takes the time that the latency model gives for its members.
//   - Requests finish when their batch ends, and at no other time.
//   - Requests are dropped only by a batcher that drops. If all works are 1, such a batcher starts
//     no request too late: every member of a batch ends within its objective.
type Services struct {
	Spec     *fleet.Spec
	Drops    func(fleet.ModelID) bool // the batcher of a model drops requests
	Punctual func(fleet.ModelID) bool // all works of a model are 1

	Checked struct{ Batches, InTime int64 } // how often each law was checked

	batch  batch
	ends   map[int64]kernel.Time // end of the service, by request in service
	faults []error
}

// batch is the batch that has just started, while the facts of its members come.
type batch struct {
	left                      int // members whose facts are still to come
	span                      time.Duration
	items, works, sizes, most float64
	members                   []int64
	dues                      []kernel.Time
}

// NewServices returns a checker for runs of a spec. The caller may set its fields until the run
// begins.
func NewServices(c *fleet.Spec) *Services {
	no := func(fleet.ModelID) bool { return false }
	return &Services{Spec: c, Drops: no, Punctual: no, ends: map[int64]kernel.Time{}}
}

func (s *Services) fault(f *sim.Fact, format string, args ...any) {
	if len(s.faults) < 20 {
		s.faults = append(s.faults, fmt.Errorf("at %v: %w", f.At, fmt.Errorf(format, args...)))
	}
}

// Err returns every broken law. It is called after the run.
func (s *Services) Err() error { return errors.Join(s.faults...) }

// Observe implements sim.Observer.
func (s *Services) Observe(f *sim.Fact) {
	switch f.Kind {
	case sim.RequestDropped:
		if !s.Drops(f.Model) {
			s.fault(f, "request %d is dropped by a batcher that drops no requests", f.Request.Ordinal)
		}
	case sim.RequestFinished, sim.RequestAnswered:
		end, known := s.ends[f.Request.Ordinal]
		if known && end != f.At {
			s.fault(f, "request %d finishes, but its batch ends at %v", f.Request.Ordinal, end)
		}
		delete(s.ends, f.Request.Ordinal)
	case sim.RequestInterrupted, sim.RequestCancelled:
		delete(s.ends, f.Request.Ordinal)
	case sim.BatchStarted:
		s.batch = batch{left: f.Count, span: f.Span}
	case sim.RequestStarted:
		if s.Spec.Deployments[f.Deployment].Tokens == nil && s.batch.left > 0 {
			s.member(f)
		}
	}
}

// member adds a member to the batch that has just started, and checks it once all are known.
func (s *Services) member(f *sim.Fact) {
	b, r := &s.batch, f.Request
	b.left--
	b.items += r.Size()
	b.works += r.Work
	b.sizes += r.Size() * r.Work
	b.most = max(b.most, r.Work)
	b.members = append(b.members, r.Ordinal)
	b.dues = append(b.dues, r.Arrival.Add(s.Spec.Objective(r)))
	s.ends[r.Ordinal] = f.At.Add(b.span)
	if b.left == 0 {
		s.whole(f)
	}
}

// whole checks a batch whose members are all known.
func (s *Services) whole(f *sim.Fact) {
	b, d := &s.batch, &s.Spec.Deployments[f.Deployment]
	s.Checked.Batches++
	size, factor := b.items, b.works/float64(len(b.members))
	switch s.Spec.Models[f.Model].Combine {
	case fleet.CombineSum:
		size, factor = b.sizes, 1
	case fleet.CombineMax:
		factor = b.most
	}
	want := factor * float64(d.Latency.LatencyOf(size))
	if math.Abs(float64(b.span)-want) > 1+1e-9*want {
		s.fault(f, "a batch of %v items takes %v at %s, want %v", b.items, b.span, d.Name, time.Duration(want))
	}
	if !s.Drops(f.Model) || !s.Punctual(f.Model) {
		return
	}
	s.Checked.InTime++
	for i, due := range b.dues {
		if end := f.At.Add(b.span); end > due {
			s.fault(f, "request %d was started and ends at %v, but was due at %v", b.members[i], end, due)
		}
	}
}
