package batching

import (
	"fmt"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// ModelBatchers lets each model have its own batcher. A batcher sees only the facts of its models,
// as if there were no other models.
type ModelBatchers struct {
	sim.FactsByModel
	batchers []sim.Batcher
	owner    []int // per model: the index of its batcher
	label    string
}

// NewModelBatchers returns a batcher that asks batchers[owner[m]] for each replica of model m.
func NewModelBatchers(batchers []sim.Batcher, owner []int, label string) *ModelBatchers {
	return &ModelBatchers{sim.NewFactsByModel(batchers, owner), batchers, owner, label}
}

// Batch implements sim.Batcher.
func (b *ModelBatchers) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	return b.batchers[b.owner[v.Replica(at).Model]].Batch(v, at)
}

// StepTokens implements sim.StepBatcher.
func (b *ModelBatchers) StepTokens(c *fleet.Spec, d fleet.DeploymentID) int {
	if step, ok := b.batchers[b.owner[c.Deployments[d].Model]].(sim.StepBatcher); ok {
		return step.StepTokens(c, d)
	}
	return 0
}

// Err implements sim.Fallible: the first failure of a batcher of any model.
func (b *ModelBatchers) Err() error {
	for _, one := range b.batchers {
		if err := sim.ErrOf(one); err != nil {
			return fmt.Errorf("%s: %w", one, err)
		}
	}
	return nil
}

// String returns the label, which names the batchers of all models.
func (b *ModelBatchers) String() string { return b.label }
