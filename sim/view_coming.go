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

// Expected returns the instant at which a replica is expected to be ready, by the means of boots
// and loads: what was drawn for it, and how many share its link, is not seen before it is over. One
// that is overdue is expected now, and so is one that is ready. One that drains or is gone is never
// ready again.
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
