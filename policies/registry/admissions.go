package registry

import (
	"errors"
	"maps"
	"slices"

	"wavetank/policies/admission"
	"wavetank/policies/outside/script"
	"wavetank/sim"
	"wavetank/sim/quantity"
)

// Admission is the choice of an admission.
type Admission struct {
	choice[admissions, sim.Admission]
}

type admissions struct{}

func (admissions) entries() []Entry[sim.Admission] {
	return slices.Concat(Admissions(), added.Admissions)
}

// Admissions returns the table of admissions.
func Admissions() []Entry[sim.Admission] {
	return []Entry[sim.Admission]{
		plain("always", "Admits every request.", "", func() sim.Admission { return admission.NewAlways() }),
		tuned("token-bucket", "Admits requests at a rate, and bursts above it.", "Turner, IEEE Communications Magazine 1986",
			tokenBucketDefaults, func(p *TokenBucket, _ Context) (sim.Admission, error) {
				return admission.NewTokenBucket(float64(p.Rate), p.Burst, p.By)
			}),
		tuned("early-drop", "Turns away requests that would be late because of the work in front of them.", "",
			earlyDropDefaults, func(p *EarlyDrop, ctx Context) (sim.Admission, error) {
				return admission.NewEarlyDrop(p.Estimate, ctx.Order), nil
			}),
		tuned("bounded-queue", "Turns away requests if too many requests of their model or class wait already.", "",
			boundedQueueDefaults, newBoundedQueue),
		tuned("circuit-breaker", "Turns away requests while their model has too many requests at replicas, before them, or as further attempts.",
			"circuit breakers of Envoy", circuitBreakerDefaults, func(p *CircuitBreaker, _ Context) (sim.Admission, error) {
				return admission.NewCircuitBreaker(p.Requests, p.Pending, p.Retries)
			}),
		scripted("Asks the function admit of a Starlark file about each request.", script.Admit, script.AdmitParameters,
			func(p *Starlark, label string, _ Context) sim.Admission { return script.NewAdmission(p.program, label) }),
	}
}

// TokenBucket are the parameters of token-bucket.
type TokenBucket struct {
	Rate  quantity.Rate   `yaml:"rate" doc:"requests per second that a bucket admits in the long run"`
	Burst int             `yaml:"burst" doc:"requests that a full bucket admits at once"`
	By    admission.Scope `yaml:"by" doc:"which requests share a bucket: those of one model, class or tenant, or all"`
}

func tokenBucketDefaults() *TokenBucket {
	return &TokenBucket{Rate: admission.DefaultRate, Burst: admission.DefaultBurst, By: admission.ByModel}
}

// EarlyDrop are the parameters of early-drop.
type EarlyDrop struct {
	Estimate bool `yaml:"estimate" doc:"whether the work before the end of a request counts: services under way, the batches in front, and requests that join its own batch; if not, a request is assumed to start alone and at once"`
}

func earlyDropDefaults() *EarlyDrop { return &EarlyDrop{Estimate: true} }

// BoundedQueue are the parameters of bounded-queue.
type BoundedQueue struct {
	Limit   int            `yaml:"limit" doc:"most requests that may wait for a model, at its replicas and before they are routed"`
	Classes map[string]int `yaml:"classes,omitempty" doc:"most requests of a class that may wait for a model, by the name of the class"`
}

func boundedQueueDefaults() *BoundedQueue { return &BoundedQueue{Limit: admission.DefaultLimit} }

// CircuitBreaker are the parameters of circuit-breaker.
type CircuitBreaker struct {
	Requests int `yaml:"max-requests" try:"8 32 128 512" doc:"most requests of a model that replicas were given and have not finished"`
	Pending  int `yaml:"max-pending-requests" doc:"most requests of a model that the router or the gateway keeps back"`
	Retries  int `yaml:"max-retries" doc:"most further attempts of clients in flight, for a model"`
}

func circuitBreakerDefaults() *CircuitBreaker {
	return &CircuitBreaker{Requests: admission.DefaultMaxRequests, Pending: admission.DefaultMaxPending, Retries: admission.DefaultMaxRetries}
}

// newBoundedQueue finds the classes by their names. Without a specification every name is accepted.
func newBoundedQueue(p *BoundedQueue, ctx Context) (sim.Admission, error) {
	var limits []admission.ClassLimit
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(p.Classes)) {
		class, err := classNamed(ctx, "classes", name)
		faults = append(faults, err)
		limits = append(limits, admission.ClassLimit{Class: class, Name: name, Limit: p.Classes[name]})
	}
	a, err := admission.NewBoundedQueue(p.Limit, limits...)
	return a, errors.Join(append(faults, err)...)
}
