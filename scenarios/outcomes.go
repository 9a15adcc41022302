package scenarios

import (
	"context"
	"fmt"

	"wavetank/policies/registry"
	"wavetank/scenarios/inorder"
	"wavetank/scenarios/reference"
)

// Outcomes returns the cost and the shares in time of a policy in all replications: those that the
// Keeper has, or else those of simulations. policy is the place of the policy in the scenario. If
// the policy is a reference, the Keeper finds its outcomes by what its search depends on, so that
// no later command searches again.
func (e *Experiment) Outcomes(ctx context.Context, policy, parallel int, told Searching) (list []reference.Measured, err error) {
	p, goals := &e.Scenario.Policies[policy], e.Goals()
	sought := &ReferenceSetting{}
	if p.Allocator.Reference() != registry.NoReference {
		sought.unsought = fmt.Sprintf(" sought in %d replications from %d, at least %v", e.Scenario.Replications, e.First, e.AtLeast)
	}
	one := func(ctx context.Context, i int) (*Finished, error) {
		r := e.First + i
		f, _, err := e.kept(ctx, p, r, sought, Brief, false, func() (*Finished, error) {
			with, err := e.found(ctx, policy, searchOptions{parallel: parallel, told: told})
			if err != nil {
				return nil, err
			}
			return e.brief(ctx, p, r, with, goals)
		})
		if err != nil {
			err = fmt.Errorf("policy %s, replication %d: %w", p.Name, r, err)
		}
		return f, err
	}
	err = inorder.Do(ctx, e.Scenario.Replications, parallel, one, func(f *Finished) bool {
		list = append(list, e.Measured(f, goals))
		return false
	})
	return list, err
}
