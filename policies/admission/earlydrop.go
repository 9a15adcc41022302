package admission

import (
	"math"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// EarlyDrop turns a request away that would miss its objective even if the fastest ready replica of
// its model started it alone and at once. With an estimate of the wait, the start counts as late as
// all ready replicas together need to serve those that wait before it, in full batches. While no
// replica is ready every request is admitted, because nobody knows when one will be.
type EarlyDrop struct {
	estimate bool
}

// NewEarlyDrop returns the admission, with or without an estimate of the wait.
func NewEarlyDrop(estimate bool) EarlyDrop { return EarlyDrop{estimate} }

// Admit implements sim.Admission.
func (a EarlyDrop) Admit(v *sim.View, r *fleet.Request) bool {
	c := v.Spec()
	fastest, throughput := time.Duration(math.MaxInt64), 0.0 // throughput in requests per second
	for i := range c.Deployments {
		d := &c.Deployments[i]
		if d.Model != r.Model {
			continue
		}
		if ready := v.Count(fleet.DeploymentID(i)).Ready; ready > 0 {
			fastest = min(fastest, d.Latency.Latency(1))
			throughput += float64(ready) * float64(d.Slots) * d.Latency.Throughput(d.MaxBatch)
		}
	}
	if throughput == 0 {
		return true
	}
	wait := 0.0 // seconds
	if a.estimate {
		wait = float64(v.Waiting(r.Model)-1) / throughput // the request itself waits, too
	}
	left := c.Objective(r) - v.Now().Sub(r.Arrival) - fastest
	return left.Seconds() >= wait
}

// String returns "early-drop", with "estimate" where the wait is estimated.
func (a EarlyDrop) String() string {
	if a.estimate {
		return "early-drop(estimate)"
	}
	return "early-drop"
}
