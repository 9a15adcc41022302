package admission

import (
	"testing"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// TestCircuitBreakersTripAtTheirLimits: under overload, replicas never have more requests than the
// breaker allows, and they do have that many. A breaker that no load reaches changes nothing.
func TestCircuitBreakersTripAtTheirLimits(t *testing.T) {
	const limit = 7
	b, err := NewCircuitBreaker(limit, DefaultMaxPending, DefaultMaxRetries)
	if err != nil {
		t.Fatal(err)
	}
	given, most := 0, 0
	check := run(t, b, 900, 1, 2, observer(func(f *sim.Fact) {
		switch f.Kind {
		case sim.RequestRouted:
			given++
		case sim.RequestFinished:
			given--
		}
		most = max(most, given)
	}))
	if most != limit || check.Rejected == 0 || b.models[0].inFlight != 0 {
		t.Errorf("replicas have up to %d requests, want %d; %d were rejected, %d are counted in the end", most, limit, check.Rejected, b.models[0].inFlight)
	}
	idle, err := NewCircuitBreaker(DefaultMaxRequests, DefaultMaxPending, DefaultMaxRetries)
	if err != nil {
		t.Fatal(err)
	}
	if with, without := run(t, idle, 300, 1, 1), run(t, nil, 300, 1, 1); with.Rejected != 0 || with.Finished != without.Finished {
		t.Errorf("%d requests finish and %d are rejected below the limits, %d finish without", with.Finished, with.Rejected, without.Finished)
	}
}

// TestCircuitBreakersLimitRetriesAlone: so many further attempts are admitted as the limit says,
// and first attempts go on. Requests that are kept back have a limit of their own.
func TestCircuitBreakersLimitRetriesAlone(t *testing.T) {
	f := ready(t, 1, 0)
	b, err := NewCircuitBreaker(100, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	arrive := func(attempt uint8) (fleet.RequestID, bool) {
		id, _ := f.Admit(&fleet.Request{Work: 1, Attempt: attempt})
		b.Observe(&sim.Fact{Kind: sim.RequestArrived, Request: f.Request(id)})
		ok := b.Admit(sim.ViewOf(f, 0), f.Request(id))
		if !ok {
			f.Abandon(id)
			f.Forget(id)
			b.Observe(&sim.Fact{Kind: sim.RequestRejected, Request: &fleet.Request{Attempt: attempt}})
		}
		return id, ok
	}
	for n := range 6 {
		if _, ok := arrive(2); ok != (n < 3) {
			t.Errorf("further attempt %d is admitted: %v", n+1, ok)
		}
	}
	for n := range 5 {
		id, ok := arrive(1)
		if ok != (n < 2) {
			t.Errorf("request %d is admitted while %d are kept back: %v", n+1, n, ok)
		}
		if ok {
			f.Hold(id)
		}
	}
}
