package scenarios

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// stopwatch measures the computing time of an allocator. The decisions do not depend on it.
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

// Conclude implements sim.Concluding.
func (s *stopwatch) Conclude(v *sim.View) {
	if c, ok := s.Allocator.(sim.Concluding); ok {
		c.Conclude(v)
	}
}

// Period implements sim.Paced. 0 means the control period of the scenario.
func (s *stopwatch) Period() time.Duration {
	if paced, ok := s.Allocator.(sim.Paced); ok {
		return paced.Period()
	}
	return 0
}

// alarm is a stopwatch for an allocator that is a sim.Wakeful.
type alarm struct {
	*stopwatch
	wakeful sim.Wakeful
}

// Wakes implements sim.Wakeful.
func (a alarm) Wakes(v *sim.View, m fleet.ModelID) bool { return a.wakeful.Wakes(v, m) }

// timed returns an allocator whose computing time is measured, and its stopwatch. An allocator that
// is a sim.Observer is returned unchanged, and its time is not measured.
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

// Decisions holds the computing time that the decisions of a policy's allocator took. It is not a
// result of the simulation: it depends on the computer, and differs from run to run.
type Decisions struct {
	Policy string
	Number int
	Took   time.Duration // all decisions together
}
