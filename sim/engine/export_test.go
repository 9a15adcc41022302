package engine

import (
	"context"

	"wavetank/sim"
	"wavetank/sim/tokens"
	"wavetank/sim/tokens/stepwise"
)

// RunStepwise is Run with the step-by-step engine as the engine of token replicas.
func RunStepwise(ctx context.Context, s sim.Setup) error {
	if err := s.Validate(); err != nil {
		return err
	}
	r := newRun(s)
	if r.tokens != nil {
		r.tokens.newEngine = func(c *tokens.Config) tokenEngine {
			if c.Engines() > 1 {
				return stepwise.NewGroup(c)
			}
			return stepwise.New(c)
		}
	}
	return r.play(ctx)
}
