package batching

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Clockwork starts nothing that would be late: requests that would miss their objective even if
// started alone now are dropped, and of the rest it starts at once the largest batch in which every
// member meets its objective (Gujarati et al., "Serving DNNs like clockwork", OSDI 2020). There
// each device works on one batch at a time and its strategies, a batch size and a latest start
// each, are taken in the order of the latest start; with one model to a replica, this is the
// strategy that the order leads to.
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
