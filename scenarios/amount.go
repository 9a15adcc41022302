package scenarios

import (
	"context"
	"fmt"
	"time"

	"wavetank/scenarios/wording"
	"wavetank/sim/fleet"
	"wavetank/workload"
)

// mostRequests bounds the requests that a stream is expected to make in a run. To simulate so many
// takes hours.
const mostRequests = 10_000_000_000

// checkAmount returns a fault where a stream makes more requests in a run than can be simulated. A
// conversation counts as one.
func (e *Experiment) checkAmount(l *lane) error {
	if l.process == nil {
		return nil
	}
	if n := l.expected(0, time.Duration(e.Scenario.Duration)); n > mostRequests {
		return fmt.Errorf("arrivals: %.3g requests are expected in a run of %v; at most %s are allowed", n, e.Scenario.Duration, wording.Count(mostRequests))
	}
	return nil
}

// interruptible is a source that ends with its context.
type interruptible struct {
	workload.Source
	ctx  context.Context
	read int
}

// Next implements workload.Source.
func (s *interruptible) Next(r *fleet.Request) bool {
	const poll = 1 << 14 // requests between looks at the context
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
