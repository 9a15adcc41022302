package scenarios

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"wavetank/metrics"
	"wavetank/sim"
)

// Options says how an experiment is run. It changes nothing in the results.
type Options struct {
	Parallel int                // runs at a time; at least 1
	Progress func(done, of int) // called after each run, one call at a time; may be nil
}

// Results is what an experiment measured, in grid order: policies as the scenario lists them, replications
// from 0.
type Results struct {
	Rows      []metrics.Row
	Series    []metrics.Sample
	Quantiles []metrics.Quantile
	Completed int // replications that every policy has finished; only these are in the results
}

// outcome is what one run measured.
type outcome struct {
	rows      []metrics.Row
	series    []metrics.Sample
	quantiles []metrics.Quantile
	err       error
	done      bool
}

// Run simulates every policy in every replication. Runs share nothing but what is fixed, so the results do
// not depend on how many go on at a time. When the context ends, the replications that every policy has
// finished are returned together with the context's error.
func (e *Experiment) Run(ctx context.Context, o Options) (Results, error) {
	policies, replications := len(e.Scenario.Policies), e.Scenario.Replications
	grid := make([]outcome, policies*replications) // replication by replication, so that an interruption leaves pairs
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	jobs, finished := make(chan int), make(chan int)
	var workers sync.WaitGroup
	for range min(max(1, o.Parallel), len(grid)) {
		workers.Go(func() {
			for i := range jobs {
				grid[i] = e.run(inner, i%policies, i/policies)
				finished <- i
			}
		})
	}
	go func() {
		defer func() { workers.Wait(); close(finished) }()
		defer close(jobs)
		for i := range grid {
			select {
			case jobs <- i:
			case <-inner.Done():
				return
			}
		}
	}()
	done := 0
	for i := range finished {
		if err := grid[i].err; err != nil {
			cancel() // one failed run ends the experiment
			continue
		}
		done++
		if o.Progress != nil {
			o.Progress(done, len(grid))
		}
	}
	if err := ctx.Err(); err != nil {
		return e.gather(grid), err
	}
	return e.gather(grid), firstError(grid)
}

// firstError returns the error of the first run in grid order that failed for a reason of its own.
func firstError(grid []outcome) error {
	for _, o := range grid {
		if o.err != nil && !errors.Is(o.err, context.Canceled) {
			return o.err
		}
	}
	return nil
}

// gather puts the outcomes of the replications that every policy has finished in order.
func (e *Experiment) gather(grid []outcome) Results {
	var r Results
	policies := len(e.Scenario.Policies)
	complete := make([]bool, e.Scenario.Replications)
	for i := range complete {
		complete[i] = true
		for p := range policies {
			complete[i] = complete[i] && grid[i*policies+p].done
		}
		if complete[i] {
			r.Completed++
		}
	}
	for p := range policies {
		for i := range complete {
			if complete[i] {
				o := &grid[i*policies+p]
				r.Rows = append(r.Rows, o.rows...)
				r.Series = append(r.Series, o.series...)
				r.Quantiles = append(r.Quantiles, o.quantiles...)
			}
		}
	}
	return r
}

// run simulates one policy in one replication.
func (e *Experiment) run(ctx context.Context, policy, replication int) outcome {
	name := e.Scenario.Policies[policy].Name
	setup, board, closer, err := e.setup(policy, replication)
	if err == nil {
		err = sim.Run(ctx, setup)
		err = errors.Join(err, closer())
	}
	if err != nil {
		return outcome{err: fmt.Errorf("policy %s, replication %d: %w", name, replication, err)}
	}
	label := func(m metrics.Measure) metrics.Row {
		return metrics.Row{Scenario: e.Scenario.Name, Policy: name, Replication: replication, Measure: m}
	}
	o := outcome{done: true, series: board.Series.Samples(), quantiles: board.Quantiles()}
	for _, m := range board.Measures() {
		o.rows = append(o.rows, label(m))
	}
	for i := range o.series {
		o.series[i].Row = label(o.series[i].Measure)
	}
	for i := range o.quantiles {
		o.quantiles[i].Row = label(o.quantiles[i].Measure)
	}
	return o
}
