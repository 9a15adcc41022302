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
	return after(r.Arrival, v.Spec().Objective(r))
}

// outlook is what can be done in time at a replica from now on.
type outlook struct {
	drop     int         // requests at the front of the line to be given up
	timely   int         // the largest batch behind them in which nobody is late
	earliest kernel.Time // deadline among the members of that batch and the request that ended it
}

// look walks along a replica's line. First it gives up the request in front as long as that would
// be late in a batch of a window, or of all that are left when they are fewer. Then it looks for
// the largest batch, of at most so many requests. It may stop at the first batch that fails:
// latency does not fall as the batch grows, and the earliest deadline does not rise.
func look(v *sim.View, at fleet.ReplicaID, window, most int) outlook {
	latency, queued := &v.Deployment(at).Latency, v.Queued(at)
	o := outlook{earliest: kernel.Never}
	for r := range v.InLine(at) {
		due := deadline(v, r)
		if o.timely == 0 && v.Now().Add(latency.Latency(min(window, queued-o.drop))) > due {
			o.drop++
			continue
		}
		if o.timely == most {
			break
		}
		o.earliest = min(o.earliest, due)
		if v.Now().Add(latency.Latency(o.timely+1)) > o.earliest {
			break
		}
		o.timely++
	}
	return o
}
