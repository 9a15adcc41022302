package batching

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// after returns the instant d after t; Never when that is beyond the end of the clock.
func after(t kernel.Time, d time.Duration) kernel.Time {
	if sum := t.Add(d); d < 0 || sum >= t {
		return sum
	}
	return kernel.Never
}

// deadline returns the last instant at which a request finishes within its objective.
func deadline(v *sim.View, r *fleet.Request) kernel.Time {
	return after(r.Arrival, v.Catalog().Objective(r))
}

// hopeless returns how many requests at the front of a replica's line would miss their objective even if the first
// of them that is left were started alone now.
func hopeless(v *sim.View, at fleet.ReplicaID) (n int) {
	soonest := v.Now().Add(v.Deployment(at).Latency.Latency(1))
	for r := range v.InLine(at) {
		if soonest <= deadline(v, r) {
			break
		}
		n++
	}
	return n
}

// timely returns the largest batch of at most most requests, taken from a replica's line after the first skip, all
// members of which meet their objective when it starts now. As latency does not fall with the batch, nor the earliest
// deadline rise, a larger batch than one that fails fails too.
func timely(v *sim.View, at fleet.ReplicaID, skip, most int) (n int) {
	law, earliest := &v.Deployment(at).Latency, kernel.Never
	for r := range v.InLine(at) {
		if skip > 0 {
			skip--
			continue
		}
		if n == most {
			break
		}
		earliest = min(earliest, deadline(v, r))
		if v.Now().Add(law.Latency(n+1)) > earliest {
			break
		}
		n++
	}
	return n
}

// earliest returns the earliest deadline in a replica's line after the first skip requests.
func earliest(v *sim.View, at fleet.ReplicaID, skip int) kernel.Time {
	first := kernel.Never
	for r := range v.InLine(at) {
		if skip > 0 {
			skip--
			continue
		}
		first = min(first, deadline(v, r))
	}
	return first
}
