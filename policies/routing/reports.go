package routing

import (
	"fmt"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// reports is what a router knows of the load of token replicas: the present load, or the last
// reported load. All replicas report together, at equal intervals.
type reports struct {
	every time.Duration // interval of the reports; 0: the present load is known
	next  kernel.Time   // when the next report is due
	known []sim.TokenLoad
}

// newReports returns reports at intervals of the staleness. With a staleness of 0 the present load
// is known.
func newReports(staleness time.Duration) (reports, error) {
	if staleness < 0 {
		return reports{}, fmt.Errorf("staleness: %v is negative", staleness)
	}
	return reports{every: staleness}, nil
}

// refresh takes new reports if they are due and a request of model m can be routed. Without an open
// replica of the model the answer does not depend on them, and whether the router is asked at all
// then depends on the lines in which requests wait.
func (r *reports) refresh(v *sim.View, m fleet.ModelID) {
	if r.every == 0 || v.Now() < r.next || v.Open(m) == 0 {
		return
	}
	r.next = v.Now() - v.Now()%kernel.Time(r.every) + kernel.Time(r.every)
	for i := range v.Active() {
		at := v.ActiveAt(i)
		r.known = fleet.AtLeast(r.known, at)
		r.known[at] = v.Tokens(at)
	}
}

// load returns the known load of a replica. A replica that was not ready at the last report counts
// as empty.
func (r *reports) load(v *sim.View, at fleet.ReplicaID) sim.TokenLoad {
	if r.every == 0 {
		return v.Tokens(at)
	}
	r.known = fleet.AtLeast(r.known, at)
	return r.known[at]
}

// suffix returns the name with the staleness, if it is not 0.
func (r *reports) suffix(name string) string {
	if r.every == 0 {
		return name
	}
	return fmt.Sprintf("%s(staleness %v)", name, r.every)
}
