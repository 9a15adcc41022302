package scenarios

import (
	"context"
	"errors"
	"time"

	"wavetank/policies/registry"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/kernel"
)

// Pace estimates how long all runs take, one at a time. It simulates the beginning of each policy's
// first run for some time, all of them together for about as long as said. The estimate is rough:
// what comes later in a run may be slower. It goes by the number of requests where a run has so
// many that drawing those of its beginning would take long.
func (e *Experiment) Pace(ctx context.Context, spend time.Duration) (time.Duration, error) {
	policies, whole := len(e.Scenario.Policies), time.Duration(0)
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if requests := e.Expected(); requests > mostDrawn {
		return kernel.Seconds(requests * float64(policies*e.Scenario.Replications) * perRequest.Seconds()), nil
	}
	for p := range policies {
		began := time.Now()
		t, err := e.trialWith(ctx, &e.Scenario.Policies[p], 0, &ReferenceSetting{})
		if err != nil {
			return 0, err
		}
		clock := &reached{}
		t.Observers = append(t.Observers, clock)
		ready := time.Since(began)
		part, cancel := context.WithTimeout(ctx, spend/time.Duration(policies))
		err = engine.Run(part, t.Setup)
		cancel()
		if err := errors.Join(ctx.Err(), t.source.Close()); err != nil {
			return 0, err
		}
		ran := time.Since(began) - ready
		if errors.Is(err, context.DeadlineExceeded) {
			ran = time.Duration(float64(ran) / max(1e-6, min(1, float64(clock.at)/float64(e.Scenario.Duration))))
		} else if err != nil {
			return 0, err
		}
		runs := e.Scenario.Replications
		if e.Scenario.Policies[p].Allocator.Reference() != registry.NoReference {
			runs += searchedRuns + searchedRounds*runs
		}
		whole += (ready + ran) * time.Duration(runs)
	}
	return whole, nil
}

const (
	// A search simulates about so many runs alone, and so many times all replications.
	searchedRuns, searchedRounds = 20, 3

	mostDrawn  = 5e6                  // requests of a run whose beginning is simulated for its time
	perRequest = 2 * time.Microsecond // what one is taken to need where there are more
)

// reached is an observer that knows how late it is.
type reached struct{ at kernel.Time }

// Observe implements sim.Observer.
func (r *reached) Observe(f *sim.Fact) { r.at = f.At }
