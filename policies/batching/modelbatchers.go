package batching

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// ModelBatchers lets each model have a batcher of its own. A batcher sees the facts of its models
// alone, as if the others were not there.
type ModelBatchers struct {
	sim.FactsByModel
	batchers []sim.Batcher
	owner    []int // per model: which of them
	label    string
}

// NewModelBatchers returns a batcher that asks the one of batchers that owner names for the model
// of a replica.
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

// String returns the label, which names all of them.
func (b *ModelBatchers) String() string { return b.label }
