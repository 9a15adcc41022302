package batching

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Clockwork starts nothing that would be late. It drops requests that would miss their objective
// even if they started alone now. Of the rest it starts at once the largest batch in which every
// member meets its objective. Source: Gujarati et al., "Serving DNNs like clockwork", OSDI, 2020.
// There a device chooses among strategies, a batch size and a latest start each, by the latest
// start. With one model to a replica that order leads to this rule.
type Clockwork struct{}

// NewClockwork returns the batcher.
func NewClockwork() Clockwork { return Clockwork{} }

// Batch implements sim.Batcher.
func (Clockwork) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	o := look(v, at, 1, v.Deployment(at).MaxBatch)
	return sim.BatchDecision{Drop: o.drop, Count: o.timely}
}

// String returns "clockwork".
func (Clockwork) String() string { return "clockwork" }
