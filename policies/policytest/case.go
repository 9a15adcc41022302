// Package policytest is the conformance suite of the levers. It tests what every router, batcher,
// admission, allocator and forecaster must do, whatever its rule, on small fleets that provoke
// mistakes. Discriminating, DiscriminatingLine and Places are inputs on which policies differ. The
// tests of policies/registry run the suite on every registered policy.
package policytest

import (
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Case is a specification of a fleet, with the load of a run.
type Case struct {
	Name   string
	Spec   *fleet.Spec
	Rates  [][]float64 // per control period and model, requests per second
	Beyond bool        // the limits do not allow a fleet that serves the load
}

// Period is the control period of every case.
const Period = 20 * time.Second

// Duration returns the length of a run on the case.
func (s *Case) Duration() time.Duration { return time.Duration(len(s.Rates)) * Period }

// Offered returns the load of the whole run, for policies that know it beforehand.
func (s *Case) Offered() ([][]float64, error) { return s.Rates, nil }

// arrivals is a stream with the load of a case. The gaps within each control period are equal.
type arrivals struct {
	of   *Case
	next []kernel.Time // per model; Never at the end
}

func newArrivals(s *Case) *arrivals {
	a := &arrivals{of: s, next: make([]kernel.Time, len(s.Spec.Models))}
	for m := range a.next {
		a.next[m] = a.after(m, 0)
	}
	return a
}

// after returns the first arrival of a model after an instant.
func (a *arrivals) after(m int, at kernel.Time) kernel.Time {
	for period := int(at / kernel.Time(Period)); period < len(a.of.Rates); period++ {
		start := kernel.Time(period) * kernel.Time(Period)
		rate := a.of.Rates[period][m]
		if rate == 0 {
			continue
		}
		gap := kernel.Time(kernel.Seconds(1 / rate))
		if next := start + ((max(at, start)-start)/gap+1)*gap; next < start+kernel.Time(Period) {
			return next
		}
	}
	return kernel.Never
}

// Next implements sim.Arrivals.
func (a *arrivals) Next(r *fleet.Request) bool {
	model := 0
	for m, at := range a.next {
		if at < a.next[model] {
			model = m
		}
	}
	at := a.next[model]
	if at == kernel.Never {
		return false
	}
	*r = fleet.Request{Model: fleet.ModelID(model), Arrival: at, Work: 1}
	a.next[model] = a.after(model, at)
	return true
}

// Err implements sim.Arrivals.
func (a *arrivals) Err() error { return nil }
