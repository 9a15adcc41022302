package admission

import (
	"math"
	"slices"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// underway holds the instants at which the services under way at each replica will end.
type underway struct {
	ends [][]kernel.Time // by replica, in no order
}

// at returns the ends of the services under way at a replica.
func (u *underway) at(r fleet.ReplicaID) []kernel.Time {
	if int(r) >= len(u.ends) {
		return nil
	}
	return u.ends[r]
}

// note records when services start and end. A service that ends at another instant than planned was
// interrupted. The fact does not tell which service this is; note removes the one that would end
// last.
func (u *underway) note(f *sim.Fact) {
	u.ends = fleet.AtLeast(u.ends, f.Replica)
	list := u.ends[f.Replica]
	switch f.Kind {
	case sim.BatchStarted:
		list = append(list, f.At.Add(f.Span))
	case sim.ReplicaLost:
		list = nil
	case sim.BatchFinished:
		if len(list) == 0 {
			return
		}
		i := slices.Index(list, f.At)
		if i < 0 {
			i = slices.Index(list, slices.Max(list))
		}
		list = slices.Delete(list, i, i+1)
	}
	u.ends[f.Replica] = list
}

// flow is the present arrival rate of a model: an exponentially weighted mean.
type flow struct {
	rate float64 // requests per second just after the last arrival
	last kernel.Time
	span float64 // time constant of the mean, in seconds
}

// at returns the rate at an instant, in requests per second.
func (f *flow) at(now kernel.Time) float64 {
	if f.rate == 0 {
		return 0
	}
	return f.rate * math.Exp(-now.Sub(f.last).Seconds()/f.span)
}

// arrival counts one request. The time constant of the mean is the objective of the model, or a
// second if it has none.
func (f *flow) arrival(now kernel.Time, objective time.Duration) {
	if f.span = objective.Seconds(); f.span <= 0 {
		f.span = 1
	}
	f.rate, f.last = f.at(now)+1/f.span, now
}
