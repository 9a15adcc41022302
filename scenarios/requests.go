package scenarios

import (
	"context"
	"errors"
	"time"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload"
)

// measure returns the offered load of a replication up to an instant: the requests per second of
// each model, for each control period. It assumes that senders that wait for answers get each
// answer in the time that its objective allows.
func (e *Experiment) measure(ctx context.Context, replication int, until kernel.Time) ([][]float64, error) {
	src, err := e.Requests(replication)
	if err != nil {
		return nil, err
	}
	asked := workload.HandOver(&interruptible{Source: e.Answered(src), ctx: ctx}, e.Spec.Models)
	rates, err := workload.Measure(asked, len(e.Spec.Models), time.Duration(e.Scenario.Control.Period), until)
	return rates, errors.Join(err, src.Close())
}

// interruptible is a source that ends when its context ends.
type interruptible struct {
	workload.Source
	ctx  context.Context
	read int
}

// Next implements workload.Source.
func (s *interruptible) Next(r *fleet.Request) bool {
	const poll = 1 << 14 // requests between checks of the context
	if s.read++; s.read%poll == 0 && s.ctx.Err() != nil {
		return false
	}
	return s.Source.Next(r)
}

// Err implements workload.Source.
func (s *interruptible) Err() error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	return s.Source.Err()
}
