// Package sim runs a workload against a virtual fleet under three levers (router, batcher, allocator) and
// tells what happens as one stream of facts. It holds no counters and knows no policy: metrics, golden
// traces and checks are observers of the facts.
package sim

import (
	"errors"
	"fmt"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Arrivals is the stream of requests that a run pulls, one at a time, in the order of their arrival. A request that goes
// through a pipeline is in it as its branches, one right behind the other.
type Arrivals interface {
	Next(r *fleet.Request) (ok bool)
	Err() error // what ended the stream early
}

// Responsive is a stream of arrivals that depend on how earlier ones end: senders that wait for an answer. A run
// asks When at the start, after each Next and after each Ended; at that instant it calls Next, not ahead.
type Responsive interface {
	Arrivals
	// When returns the instant of the next arrival as far as it is known, not before that of the last Next or
	// Ended; kernel.Never when none is known.
	When() kernel.Time
	// Caller tells who sent the request that Next returned last.
	Caller() int64
	// Ended says that the request of a caller has ended, served or not, before the run does. It must not keep r.
	Ended(caller int64, r *fleet.Request, at kernel.Time)
}

// Withholding is Responsive arrivals whose senders may keep a request back until others have ended.
type Withholding interface {
	Responsive
	// Due returns when the sender of the request that Next returned last wanted to send it. That is
	// its arrival or before.
	Due() kernel.Time
	// Withheld returns the next of the requests that were to be sent before an instant and are
	// still kept back, with that instant as its arrival. It is false when there is none. A run asks
	// for them at its horizon, when none arrives any more.
	Withheld(until kernel.Time, r *fleet.Request) bool
}

// Setup is everything that a run is a pure function of.
type Setup struct {
	Spec      *fleet.Spec
	Arrivals  Arrivals
	Admission Admission // nil: every request is admitted
	Order     Order     // nil: first come, first served
	Router    Router
	Batcher   Batcher
	Allocator Allocator
	Observers []Observer // levers that are Observers see the facts too, before these

	Duration time.Duration // no request arrives at or after it
	Warmup   time.Duration // metrics leave out what arrived before it
	Drain    time.Duration // how long after Duration the run goes on while requests are in flight; negative: until none is
	Period   time.Duration // control period; 0: the allocator is asked once, at the start
	Delay    time.Duration // observation delay: an allocator sees windows that ended at least so long ago

	// Expected is the offered load of the first control period, per model in requests per second: what the
	// allocator sees at the start. Unless ColdStart is set, what it then orders is there at once.
	Expected  []float64
	ColdStart bool

	// Seed and Replication name the random streams of what befalls machines. FailLost lets the requests of lost
	// replicas fail; else they are retried.
	Seed        uint64
	Replication int
	FailLost    bool
}

// validate joins the faults of a setup.
func (s *Setup) validate() error {
	var faults []error
	missing := func(is bool, what string) {
		if is {
			faults = append(faults, fmt.Errorf("the setup has no %s", what))
		}
	}
	missing(s.Spec == nil, "spec")
	missing(s.Arrivals == nil, "arrivals")
	missing(s.Router == nil, "router")
	missing(s.Batcher == nil, "batcher")
	missing(s.Allocator == nil, "allocator")
	if s.Duration <= 0 {
		faults = append(faults, fmt.Errorf("duration %v is not positive", s.Duration))
	}
	if s.Warmup < 0 || s.Warmup >= max(s.Duration, 1) {
		faults = append(faults, fmt.Errorf("warm-up %v is not within the duration %v", s.Warmup, s.Duration))
	}
	if s.Period < 0 || s.Delay < 0 {
		faults = append(faults, fmt.Errorf("control period %v or delay %v is negative", s.Period, s.Delay))
	}
	if s.Spec != nil && s.Expected != nil && len(s.Expected) != len(s.Spec.Models) {
		faults = append(faults, fmt.Errorf("expected load for %d models, the run has %d", len(s.Expected), len(s.Spec.Models)))
	}
	if s.Spec != nil {
		faults = append(faults, checkDynamics(s.Spec)...)
		faults = append(faults, checkPipelines(s.Spec)...)
	}
	return errors.Join(faults...)
}
