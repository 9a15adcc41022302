package engine

import (
	"context"

	"wavetank/sim"
	"wavetank/sim/tokens"
	"wavetank/sim/tokens/stepwise"
)

// RunStepwise is Run with token replicas that take every step for itself.
func RunStepwise(ctx context.Context, s sim.Setup) error {
	if err := s.Validate(); err != nil {
		return err
	}
	r := newRun(s)
	if r.tokens != nil {
		r.tokens.newEngine = func(c *tokens.Config) tokenEngine { return stepwise.New(c) }
	}
	return r.play(ctx)
}
