package engine

import (
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// budgeted returns a copy of a spec with the token budgets that a sim.StepBatcher sets. It returns
// the spec itself if no budget changes.
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
