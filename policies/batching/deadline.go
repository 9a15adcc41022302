package batching

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// after returns the instant d after t, or Never if the clock cannot hold that instant.
func after(t kernel.Time, d time.Duration) kernel.Time {
	if sum := t.Add(d); d < 0 || sum >= t {
		return sum
	}
	return kernel.Never
}

// deadline returns the last instant at which a request finishes within its objective.
func deadline(v *sim.View, r *fleet.Request) kernel.Time {
	return after(r.Arrival, v.Spec().Objective(r))
}
