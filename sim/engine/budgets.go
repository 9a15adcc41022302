package engine

import (
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// budgeted returns a spec whose engines of LLMs have the token budgets of a batcher that sets them:
// the spec itself where it changes none.
func budgeted(c *fleet.Spec, b sim.Batcher) *fleet.Spec {
	step, ok := b.(sim.StepBatcher)
	if !ok {
		return c
	}
	of := c
	for d := range c.Deployments {
		engine := c.Deployments[d].Tokens
		if engine == nil {
			continue
		}
		budget := step.StepTokens(c, fleet.DeploymentID(d))
		if budget == 0 || budget == engine.MaxTokens {
			continue
		}
		if of == c {
			own := *c
			own.Deployments = slices.Clone(c.Deployments)
			of = &own
		}
		changed := *engine
		changed.MaxTokens = budget
		of.Deployments[d].Tokens = &changed
	}
	return of
}
