package admission

import (
	"errors"
	"fmt"
	"strings"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Defaults of CircuitBreaker. They are those of the circuit breakers of an Envoy cluster.
const (
	DefaultMaxRequests = 1024
	DefaultMaxPending  = 1024
	DefaultMaxRetries  = 3
)

// CircuitBreaker turns a request away at once if its model has as many requests as a limit allows,
// as the circuit breakers of a cluster in Envoy do. There are three limits: on the requests that
// replicas were given and have not finished (max_requests), on those that the router keeps back
// (max_pending_requests), and on the further attempts of clients in flight (max_retries).
type CircuitBreaker struct {
	sim.Handlers
	requests, pending, retries int
	models                     []breakerCounts
}

// breakerCounts counts the requests of a model that have arrived and have not ended, and the
// further attempts among them.
type breakerCounts struct{ inFlight, retries int }

// NewCircuitBreaker returns an admission with these limits.
func NewCircuitBreaker(requests, pending, retries int) (*CircuitBreaker, error) {
	var faults []error
	wrong := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	wrong(requests < 1, "max-requests: %d is below 1", requests)
	wrong(pending < 0, "max-pending-requests: %d is negative", pending)
	wrong(retries < 0, "max-retries: %d is negative", retries)
	b := &CircuitBreaker{requests: requests, pending: pending, retries: retries}
	b.On(func(f *sim.Fact) { b.count(f.Request, 1) }, sim.RequestArrived)
	b.On(func(f *sim.Fact) { b.count(f.Request, -1) }, sim.RequestFinished, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestWithdrawn, sim.RequestCancelled)
	return b, errors.Join(faults...)
}

// count counts a request that arrives or ends.
func (b *CircuitBreaker) count(r *fleet.Request, by int) {
	b.models = fleet.AtLeast(b.models, r.Model)
	b.models[r.Model].inFlight += by
	if r.Attempt > 1 {
		b.models[r.Model].retries += by
	}
}

// Admit implements sim.Admission. The request itself counts as in flight already.
func (b *CircuitBreaker) Admit(v *sim.View, r *fleet.Request) bool {
	b.models = fleet.AtLeast(b.models, r.Model)
	c, kept := &b.models[r.Model], v.Pending(r.Model)
	switch {
	case r.Attempt > 1 && c.retries > b.retries:
		return false
	case c.inFlight-1-kept >= b.requests:
		return false
	}
	return kept == 0 || kept < b.pending
}

// String returns "circuit-breaker", with the parameters that differ from their defaults.
func (b *CircuitBreaker) String() string {
	var parts []string
	for _, limit := range []struct {
		name         string
		value, usual int
	}{{"requests", b.requests, DefaultMaxRequests}, {"pending", b.pending, DefaultMaxPending}, {"retries", b.retries, DefaultMaxRetries}} {
		if limit.value != limit.usual {
			parts = append(parts, fmt.Sprintf("%s %d", limit.name, limit.value))
		}
	}
	if len(parts) == 0 {
		return "circuit-breaker"
	}
	return "circuit-breaker(" + strings.Join(parts, ", ") + ")"
}
