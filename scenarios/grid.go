package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"wavetank/metrics/compare"
	"wavetank/metrics/histogram"
	"wavetank/metrics/rows"
)

// RunOptions says how an experiment is run. The results do not depend on it.
type RunOptions struct {
	Parallel int                // runs at a time; at least 1
	Progress func(done, of int) // called after each run, one call at a time; may be nil

	// Searching is called after each run of a search for the fleet or schedule of a policy that
	// knows the load beforehand. There is one call at a time. It may be nil.
	Searching Searching

	// Distributions is called with the distributions of each run, in any order, one call at a time.
	// It may be nil.
	Distributions func(policy int, list []histogram.Compact)
}

// Results holds the results of an experiment. They are sorted by policy, as the scenario lists
// them, and then by replication.
type Results struct {
	Rows      []rows.Row
	Series    []rows.Sample
	Quantiles []rows.Quantile
	Pooled    []rows.Pooled // percentiles over all replications together
	Agreement []Agreement   // one for each pair of policies
	Decisions []Decisions   // computing time of decisions, for each policy
	Completed int           // replications that every policy has finished; others are left out
}

// outcome holds the results of one run.
type outcome struct {
	rows      []rows.Row
	series    []rows.Sample
	quantiles []rows.Quantile
	compacts  []histogram.Compact
	wanted    []uint64
	watch     *stopwatch
	err       error
	done      bool
}

// Run simulates every policy in every replication. Runs share only data that never change, so the
// results do not depend on how many runs go on at a time. When the context ends, the replications
// that every policy has finished are returned together with the context's error.
func (e *Experiment) Run(ctx context.Context, o RunOptions) (Results, error) {
	return e.RunPart(ctx, o, e.First, e.First+e.Scenario.Replications)
}

// RunPart does the same as Run, but only for the replications from, from+1, …, to−1.
func (e *Experiment) RunPart(ctx context.Context, o RunOptions, from, to int) (Results, error) {
	grid, err := e.simulate(ctx, o, from, to)
	return e.gather(grid, from), err
}

// simulate runs the replications from, from+1, …, to−1. All policies run in one replication before
// the next one begins, so that an interruption leaves replications that every policy has finished.
func (e *Experiment) simulate(ctx context.Context, o RunOptions, from, to int) ([]outcome, error) {
	policies := len(e.Scenario.Policies)
	for p := range policies {
		if _, err := e.found(ctx, p, o.Parallel, o.Searching); err != nil {
			return make([]outcome, policies*(to-from)), err
		}
	}
	grid := make([]outcome, policies*(to-from))
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	jobs, finished := make(chan int), make(chan int)
	var workers sync.WaitGroup
	for range min(max(1, o.Parallel), len(grid)) {
		workers.Go(func() {
			for i := range jobs {
				grid[i] = e.run(inner, i%policies, from+i/policies)
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
		if o.Distributions != nil {
			o.Distributions(i%policies, grid[i].compacts)
		}
		if o.Progress != nil {
			o.Progress(done, len(grid))
		}
	}
	if err := ctx.Err(); err != nil {
		return grid, err
	}
	return grid, firstError(grid)
}

// firstError returns the error of the first run, in the order of the grid, that failed for another
// reason than the end of the context.
func firstError(grid []outcome) error {
	for _, o := range grid {
		if o.err != nil && !errors.Is(o.err, context.Canceled) {
			return o.err
		}
	}
	return nil
}

// gather joins the outcomes of all replications that every policy has finished, in the order of
// Results. first is the number of the first replication in the grid.
func (e *Experiment) gather(grid []outcome, first int) Results {
	var r Results
	policies := len(e.Scenario.Policies)
	var complete, numbers []int
	for i := range len(grid) / policies {
		if !slices.ContainsFunc(grid[i*policies:(i+1)*policies], func(o outcome) bool { return !o.done }) {
			complete, numbers = append(complete, i), append(numbers, first+i)
		}
	}
	r.Completed = len(complete)
	wanted := make([][][]uint64, policies)
	for p := range policies {
		var compacts [][]histogram.Compact
		took := Decisions{Policy: e.Scenario.Policies[p].Name}
		for _, i := range complete {
			o := &grid[i*policies+p]
			r.Rows = append(r.Rows, o.rows...)
			r.Series = append(r.Series, o.series...)
			r.Quantiles = append(r.Quantiles, o.quantiles...)
			compacts = append(compacts, o.compacts)
			wanted[p] = append(wanted[p], o.wanted)
			took.Number += o.watch.decisions
			took.Took += o.watch.spent
		}
		r.Pooled = append(r.Pooled, compare.Pool(e.label(p, 0, rows.Measurement{}), numbers, compacts)...)
		r.Decisions = append(r.Decisions, took)
	}
	r.Agreement = e.agreements(wanted)
	return r
}

// label makes a row of a measurement: it adds the scenario, the policy and the replication.
func (e *Experiment) label(policy, replication int, m rows.Measurement) rows.Row {
	return rows.Row{Scenario: e.Scenario.Name, Policy: e.Scenario.Policies[policy].Name, Replication: replication, Measurement: m}
}

// run simulates one policy in one replication.
func (e *Experiment) run(ctx context.Context, policy, replication int) outcome {
	name := e.Scenario.Policies[policy].Name
	t, err := e.trial(ctx, policy, replication)
	if err == nil {
		err = t.run(ctx)
	}
	if err != nil {
		return outcome{err: fmt.Errorf("policy %s, replication %d: %w", name, replication, err)}
	}
	label := func(m rows.Measurement) rows.Row { return e.label(policy, replication, m) }
	o := outcome{done: true, series: t.board.Series.Samples(), quantiles: t.board.Quantiles(), wanted: t.wants.Seen(), watch: t.watch}
	for _, m := range t.board.Measures() {
		o.rows = append(o.rows, label(m))
	}
	for _, d := range t.board.Distributions() {
		o.compacts = append(o.compacts, d.Compact())
	}
	for i := range o.series {
		o.series[i].Row = label(o.series[i].Measurement)
	}
	for i := range o.quantiles {
		o.quantiles[i].Row = label(o.quantiles[i].Measurement)
	}
	return o
}
