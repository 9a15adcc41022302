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

// Pace estimates how long all runs take, one at a time. It simulates the beginning of the first run
// of each policy. These simulations together take about the given time, spend, counted from the
// first arrivals. If a run has very many requests, the estimate depends only on their number,
// because even drawing the first ones would take long. The estimate is rough: a run may become
// slower later.
func (e *Experiment) Pace(ctx context.Context, spend time.Duration) (time.Duration, error) {
	policies, whole := len(e.Scenario.Policies), time.Duration(0)
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if requests := e.Expected(); requests > mostDrawn {
		return kernel.Seconds(requests * float64(policies*e.Scenario.Replications) * perRequest.Seconds()), nil
	}
	for p := range policies {
		took, err := e.pace(ctx, p, spend/time.Duration(policies))
		if err != nil {
			return 0, err
		}
		runs := e.Scenario.Replications
		if e.Scenario.Policies[p].Allocator.Reference() != registry.NoReference {
			runs += searchedRuns + searchedRounds*runs
		}
		whole += took.once + took.run*time.Duration(runs)
	}
	return whole, nil
}

// paced holds the computing time of a policy. once is the time for values that its first decision
// needs and that later runs share, such as tables of capacity. run is the time for each run.
type paced struct{ once, run time.Duration }

// pace simulates the beginning of a policy's first run for the given time, spend.
func (e *Experiment) pace(ctx context.Context, policy int, spend time.Duration) (paced, error) {
	began := time.Now()
	t, err := e.trialWith(ctx, &e.Scenario.Policies[policy], 0, &ReferenceSetting{})
	if err != nil {
		return paced{}, err
	}
	part, cancel := context.WithCancel(ctx)
	defer cancel()
	clock := &reached{begun: func() { time.AfterFunc(spend, cancel) }}
	t.Observers = append(t.Observers, clock)
	ready := time.Now()
	err = errors.Join(engine.Run(part, t.Setup), t.end())
	ended := time.Now()
	cut := part.Err() != nil
	switch {
	case ctx.Err() != nil:
		return paced{}, ctx.Err()
	case err != nil && !cut:
		return paced{}, err
	case clock.since.IsZero():
		clock.since = ended
	}
	took := paced{once: clock.since.Sub(ready), run: ready.Sub(began) + ended.Sub(clock.since)}
	if cut {
		whole := float64(ended.Sub(clock.since)) / max(1e-6, min(1, float64(clock.at)/float64(e.Scenario.Duration)))
		took.run = ready.Sub(began) + time.Duration(whole)
	}
	return took, nil
}

const (
	// A search simulates about searchedRuns single runs, and searchedRounds times all replications.
	searchedRuns, searchedRounds = 20, 3

	mostDrawn  = 5e6                  // requests of a run; if it has more, nothing is simulated
	perRequest = 2 * time.Microsecond // assumed computing time for a request
)

// reached is an observer that records the simulated time of the last fact, and the real time since
// which simulated time is above 0. Before that, the allocator may have computed values that all
// runs share.
type reached struct {
	at    kernel.Time
	since time.Time
	begun func() // called when simulated time is first above 0
}

// Observe implements sim.Observer.
func (r *reached) Observe(f *sim.Fact) {
	if r.at = f.At; f.At > 0 && r.since.IsZero() {
		r.since = time.Now()
		r.begun()
	}
}
