package sim

import (
	"errors"
	"fmt"
	"time"

	"wavetank/sim/fleet"
)

// Setup holds all inputs of a run. Equal setups give equal runs.
type Setup struct {
	Spec     *fleet.Spec
	Arrivals Arrivals
	Levers
	Observers []Observer // levers that are Observers see each fact before these

	Duration time.Duration // no request arrives at or after it
	Warmup   time.Duration // metrics leave out requests that arrived before it
	// time after Duration to serve requests in flight; negative: until all have ended
	Drain  time.Duration
	Period time.Duration // control period, unless the allocator is Paced; 0: it is asked once
	Delay  time.Duration // observation delay: least age of a window that an allocator sees

	Expected  []float64 // requests per second of each model that the allocator expects at time 0
	ColdStart bool      // boots and loads ordered at time 0 take time; else they take none

	Seed        uint64 // names the random streams of machine failures, together with Replication
	Replication int
	FailLost    bool // requests of lost replicas fail; else they are retried
	ByClass     bool // windows count by class, too
}

// ControlPeriod returns the time between two decisions of the allocator: its own period if it is
// Paced, else that of the setup. It returns 0 if the allocator is asked once, at the start.
func (s *Setup) ControlPeriod() time.Duration {
	if paced, ok := s.Allocator.(Paced); ok && paced.Period() != 0 {
		return paced.Period()
	}
	return s.Period
}

// Validate joins the faults of a setup.
func (s *Setup) Validate() error {
	var faults []error
	missing := func(is bool, what string) {
		if is {
			faults = append(faults, fmt.Errorf("the setup has no %s", what))
		}
	}
	missing(s.Spec == nil, "spec")
	missing(s.Arrivals == nil, "arrivals")
	for _, lever := range s.Levers.All() {
		missing(lever.Policy == nil && !lever.Optional, lever.Kind)
	}
	if s.Duration <= 0 {
		faults = append(faults, fmt.Errorf("duration %v is not positive", s.Duration))
	}
	if s.Warmup < 0 || s.Warmup >= max(s.Duration, 1) {
		faults = append(faults, fmt.Errorf("warm-up %v is not within the duration %v", s.Warmup, s.Duration))
	}
	if s.Period < 0 || s.Delay < 0 {
		faults = append(faults, fmt.Errorf("control period %v or delay %v is negative", s.Period, s.Delay))
	}
	if own := s.ControlPeriod(); own != s.Period && own < 0 {
		faults = append(faults, fmt.Errorf("allocator %q: its control period %v is negative", s.Allocator, own))
	}
	if s.Spec != nil && s.Expected != nil && len(s.Expected) != len(s.Spec.Models) {
		faults = append(faults, fmt.Errorf("expected load for %d models, the run has %d", len(s.Expected), len(s.Spec.Models)))
	}
	if s.Spec != nil {
		faults = append(faults, s.Spec.Validate(), s.checkTurns())
	}
	return errors.Join(faults...)
}

// checkTurns returns an error if an order serves requests one by one where replicas take turns with
// batches.
func (s *Setup) checkTurns() error {
	if s.Order == nil || s.Order.Discipline() <= Line {
		return nil
	}
	for i := range s.Spec.Deployments {
		if d := &s.Spec.Deployments[i]; d.TimeShare > 0 {
			return fmt.Errorf("order %q serves requests one by one, but %s takes turns with batches on its GPU", s.Order, d.Name)
		}
	}
	return nil
}
