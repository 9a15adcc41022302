package sim

import (
	"iter"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Coming returns the replicas of a deployment that are on their way, in the order in which they
// were placed, each with the instant at which it is expected to be ready (Expected). They wait for
// the boot of their machine, start up, or load their weights.
func (v *View) Coming(d fleet.DeploymentID) iter.Seq2[fleet.ReplicaID, kernel.Time] {
	return func(yield func(fleet.ReplicaID, kernel.Time) bool) {
		left := v.fleet.Count(d).Loading
		for _, at := range v.fleet.Active() {
			if left == 0 {
				return
			}
			if r := v.fleet.Replica(at); r.Deployment == d && r.State == fleet.Loading {
				if left--; !yield(at, v.Expected(at)) {
					return
				}
			}
		}
	}
}

// Expected returns the instant at which a replica is expected to be ready. It uses the mean boot
// and load times, because a policy sees neither the times that were drawn nor how many replicas
// share a link. It returns now for a replica that is ready or overdue, and kernel.Never for one
// that drains or is gone.
func (v *View) Expected(at fleet.ReplicaID) kernel.Time {
	switch r := v.fleet.Replica(at); r.State {
	case fleet.Ready:
		return v.Now()
	case fleet.Loading:
		on := v.fleet.Machine(r.Machine)
		begins := max(r.Since, on.UpAt)
		if on.State == fleet.Booting {
			begins = max(begins, v.Now())
		}
		return max(v.Now(), begins.Add(v.Spec().Deployments[r.Deployment].Load))
	}
	return kernel.Never
}
