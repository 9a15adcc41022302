package sim

import "wavetank/sim/fleet"

// Least returns the ready replica of a model with the least key by a measure, ties to the lowest identity, and
// the key; fleet.NoReplica and fleet.Barred where none is ready or all are barred. From the first call on, the
// fleet keeps the replicas in this order, so that an answer costs the same however many there are.
func (v *View) Least(m fleet.ModelID, by *fleet.Measure) (fleet.ReplicaID, float64) {
	return v.fleet.Least(m, by)
}

// Sum returns the sum of the keys by a measure over the ready replicas of a model that are not barred, for the
// same cost; it is exact while keys are whole numbers.
func (v *View) Sum(m fleet.ModelID, by *fleet.Measure) float64 { return v.fleet.Sum(m, by) }

// Rerank must be called when the key of a replica by a measure may have changed for another reason than its load.
func (v *View) Rerank(by *fleet.Measure, at fleet.ReplicaID) { v.fleet.Rerank(by, at) }

// Changes counts how often the ready replicas of a model changed: as long as it stays, they are the same.
func (v *View) Changes(m fleet.ModelID) uint32 { return v.fleet.Changes(m) }
