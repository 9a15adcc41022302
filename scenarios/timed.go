package scenarios

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// stopwatch is an allocator that is timed. What it decides does not depend on that.
type stopwatch struct {
	sim.Allocator
	decisions int
	spent     time.Duration
}

// Allocate implements sim.Allocator.
func (s *stopwatch) Allocate(v *sim.View) (sim.Plan, error) {
	began := time.Now()
	plan, err := s.Allocator.Allocate(v)
	s.spent += time.Since(began)
	s.decisions++
	return plan, err
}

// Period implements sim.Paced; 0 is the scenario's.
func (s *stopwatch) Period() time.Duration {
	if paced, ok := s.Allocator.(sim.Paced); ok {
		return paced.Period()
	}
	return 0
}

// alarm is a stopwatch of an allocator that a request may wake.
type alarm struct {
	*stopwatch
	wakeful sim.Wakeful
}

// Wakes implements sim.Wakeful.
func (a alarm) Wakes(v *sim.View, m fleet.ModelID) bool { return a.wakeful.Wakes(v, m) }

// timed returns an allocator that is timed, and its stopwatch. One that is shown facts stays as it
// is.
func timed(a sim.Allocator) (sim.Allocator, *stopwatch) {
	s := &stopwatch{Allocator: a}
	if _, ok := a.(sim.Observer); ok {
		return a, s
	}
	if w, ok := a.(sim.Wakeful); ok {
		return alarm{s, w}, s
	}
	return s, s
}

// Decisions is how long the decisions of a policy's allocator took here. It is no result: other
// machines, and the same one at another time, take other times.
type Decisions struct {
	Policy string
	Number int
	Took   time.Duration // all of them
}
