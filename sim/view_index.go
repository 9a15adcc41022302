package sim

import (
	"time"

	"wavetank/sim/fleet"
)

// Least returns the open replica of a model with the least key by a measure, and the key. Ties go
// to the lowest identity. It returns fleet.NoReplica and fleet.Barred if no replica is open or all
// are barred. From the first call on, the fleet keeps an index by this measure, so that a call
// takes the same time for any number of replicas.
func (v *View) Least(m fleet.ModelID, by *fleet.Measure) (fleet.ReplicaID, float64) {
	return v.fleet.Least(m, by)
}

// Sum returns the sum of the keys by a measure over the open replicas of a model that are not
// barred. A call takes as long as Least. The sum is exact if all keys are whole numbers.
func (v *View) Sum(m fleet.ModelID, by *fleet.Measure) float64 { return v.fleet.Sum(m, by) }

// Key returns the key of a replica by a measure. The replica is the one that ByNumber returns for m
// and n. Key returns fleet.Barred if the replica is not open.
func (v *View) Key(m fleet.ModelID, by *fleet.Measure, n int) float64 { return v.fleet.Key(m, by, n) }

// Rerank tells the fleet that the key of a replica by a measure may have changed. A change of the
// replica's load needs no call.
func (v *View) Rerank(by *fleet.Measure, at fleet.ReplicaID) { v.fleet.Rerank(by, at) }

// Changes counts how often the set of the open replicas of a model has changed.
func (v *View) Changes(m fleet.ModelID) uint32 { return v.fleet.Changes(m) }

// ByNumber returns replica n of a model, counted from 0 in the order in which they were placed.
// Replica.Number is the inverse.
func (v *View) ByNumber(m fleet.ModelID, n int) fleet.ReplicaID { return v.fleet.ByNumber(m, n) }

// UnderWay returns the time that the services under way at a replica still take, summed over the
// services. It returns 0 for a token replica and if services share the replica, because their ends
// are then unknown.
func (v *View) UnderWay(at fleet.ReplicaID) time.Duration {
	return v.fleet.UnderWay(at, v.moment.Now)
}

// WorkLeft returns the time that a replica would need to serve all its requests one after the
// other. It is the sum of the service times of the waiting requests, each served alone, and of
// UnderWay.
func (v *View) WorkLeft(at fleet.ReplicaID) time.Duration {
	return time.Duration(v.fleet.WorkEnd(at) - float64(v.fleet.Replica(at).Timed())*float64(v.moment.Now))
}
