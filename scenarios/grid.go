package scenarios

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"wavetank/metrics/compare"
	"wavetank/metrics/histogram"
	"wavetank/metrics/rows"
	"wavetank/policies/registry"
)

// RunOptions says how an experiment is run. The results do not depend on it.
type RunOptions struct {
	Parallel int                // runs at a time; at least 1
	Progress func(done, of int) // called after each run, one call at a time; may be nil

	// Searching is called after each run of a search for the fleet or schedule of a policy that
	// knows the load beforehand. The runs of other policies go on meanwhile. There is one call of
	// Searching or Progress at a time. It may be nil.
	Searching Searching

	// Distributions is called with the distributions of each run, in any order, one call at a time.
	// It may be nil.
	Distributions func(policy int, list []histogram.Compact)

	Requests RequestLog // keeps the requests of all runs; nil: they are not kept
}

// Results holds the results of an experiment. They are sorted by policy, as the scenario lists
// them, and then by replication.
type Results struct {
	Rows      []rows.Row
	Series    []rows.TimeSeries
	Quantiles []rows.Quantile
	Pooled    []rows.Pooled // percentiles over all replications together
	Agreement []Agreement   // one for each pair of policies
	Decisions []Decisions   // computing time of decisions, for each policy
	Completed int           // replications that every policy has finished; others are left out
	Finished  []int         // the numbers of these replications
}

// outcome holds the results of one run, or its error.
type outcome struct {
	*Finished // nil: not finished
	err       error
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
// Only the runs of a policy whose setting is still searched for come later.
func (e *Experiment) simulate(ctx context.Context, o RunOptions, from, to int) ([]outcome, error) {
	policies := len(e.Scenario.Policies)
	grid := make([]outcome, policies*(to-from))
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	next, places, finished := newDispatch(policies, to-from), make(slots, max(1, o.Parallel)), make(chan int)
	defer context.AfterFunc(inner, next.stop)()
	var told sync.Mutex // one call of Progress or Searching at a time
	search := searchOptions{parallel: o.Parallel, places: places, told: o.Searching}
	if o.Searching != nil {
		search.told = func(policy string, runs int) {
			told.Lock()
			defer told.Unlock()
			o.Searching(policy, runs)
		}
	}
	var workers sync.WaitGroup
	var unfound error
	workers.Go(func() {
		if unfound = e.settle(inner, search, next); unfound != nil {
			cancel()
		}
	})
	for range min(cap(places), len(grid)) {
		workers.Go(func() {
			for p, r, more := next.take(); more; p, r, more = next.take() {
				i := r*policies + p
				grid[i].err = places.do(inner, func() (err error) {
					grid[i].Finished, _, err = e.finishLogged(inner, p, from+r, Whole, o.Requests)
					return err
				})
				finished <- i
			}
		})
	}
	go func() { workers.Wait(); close(finished) }()
	done := 0
	for i := range finished {
		if grid[i].err != nil {
			cancel() // one failed run ends the experiment
			continue
		}
		done++
		told.Lock()
		if o.Distributions != nil {
			o.Distributions(i%policies, grid[i].Finished.Distributions)
		}
		if o.Progress != nil {
			o.Progress(done, len(grid))
		}
		told.Unlock()
	}
	if err := ctx.Err(); err != nil {
		return grid, err
	}
	return grid, cmp.Or(firstError(grid), unfound)
}

// settle finds the settings of all policies, one after another, and says which are there.
func (e *Experiment) settle(ctx context.Context, o searchOptions, next *dispatch) error {
	references := make([]int, 0, len(e.Scenario.Policies))
	for p := range e.Scenario.Policies {
		if e.Scenario.Policies[p].Allocator.Reference() == registry.NoReference {
			next.settle(p)
		} else {
			references = append(references, p)
		}
	}
	for _, p := range references {
		if _, err := e.found(ctx, p, o); err != nil {
			return err
		}
		next.settle(p)
	}
	return nil
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

// Gather joins the results of finished runs, by policy and replication, in the order of Results. A
// replication that lacks a policy is left out.
func (e *Experiment) Gather(runs [][]*Finished) Results {
	return e.gather(gridOf(runs), e.First)
}

// GatherFinished does the same as Gather for runs that were finished elsewhere. It needs only the
// name of the scenario and the names of the policies, and it finds no Agreement. The replications
// are counted from 0.
func GatherFinished(scenario string, policies []string, runs [][]*Finished) Results {
	r, _ := labels{scenario, policies}.gather(gridOf(runs), 0)
	return r
}

// gridOf sorts runs, given by policy and replication, in the order in which they are simulated.
func gridOf(runs [][]*Finished) []outcome {
	policies := len(runs)
	grid := make([]outcome, policies*len(runs[0]))
	for p := range runs {
		for r, f := range runs[p] {
			grid[r*policies+p].Finished = f
		}
	}
	return grid
}

// labels are the names of a scenario and its policies, which all rows of results have.
type labels struct {
	scenario string
	policies []string
}

// gather joins the outcomes of all replications that every policy has finished, in the order of
// Results. first is the number of the first replication in the grid.
func (e *Experiment) gather(grid []outcome, first int) Results {
	l := labels{scenario: e.Scenario.Name}
	for i := range e.Scenario.Policies {
		l.policies = append(l.policies, e.Scenario.Policies[i].Name)
	}
	r, wanted := l.gather(grid, first)
	r.Agreement = e.agreements(wanted)
	return r
}

// gather does the same with names only, all but the agreement. wanted is what agreements compares.
func (l labels) gather(grid []outcome, first int) (r Results, wanted [][][]uint64) {
	policies := len(l.policies)
	var complete, numbers []int
	for i := range len(grid) / policies {
		if !slices.ContainsFunc(grid[i*policies:(i+1)*policies], func(o outcome) bool { return o.Finished == nil }) {
			complete, numbers = append(complete, i), append(numbers, first+i)
		}
	}
	r.Completed, r.Finished = len(complete), numbers
	r.grow(grid, complete, policies)
	wanted = make([][][]uint64, policies)
	pooled := make([][]rows.Pooled, policies)
	var pooling sync.WaitGroup
	for p := range policies {
		var compacts [][]histogram.Compact
		took := Decisions{Policy: l.policies[p]}
		for _, i := range complete {
			f := grid[i*policies+p].Finished
			l.label(&r, f, p, first+i)
			compacts = append(compacts, f.Distributions)
			wanted[p] = append(wanted[p], f.Full.Wanted)
			took.Number += f.Full.Decisions
			took.Took += f.Full.Deciding
		}
		pooling.Go(func() { pooled[p] = compare.Pool(l.row(p, 0, rows.Measurement{}), numbers, compacts) })
		r.Decisions = append(r.Decisions, took)
	}
	pooling.Wait()
	r.Pooled = slices.Concat(pooled...)
	return r, wanted
}

// grow makes room for the rows of all replications in complete.
func (r *Results) grow(grid []outcome, complete []int, policies int) {
	var measures, series, quantiles int
	for _, i := range complete {
		for _, o := range grid[i*policies : (i+1)*policies] {
			measures += len(o.Measures)
			series += len(o.Full.Series)
			quantiles += len(o.Full.Quantiles)
		}
	}
	r.Rows, r.Series, r.Quantiles = make([]rows.Row, 0, measures), make([]rows.TimeSeries, 0, series), make([]rows.Quantile, 0, quantiles)
}

// row makes a row of a measurement: it adds the scenario, the policy and the replication.
func (l labels) row(policy, replication int, m rows.Measurement) rows.Row {
	return rows.Row{Scenario: l.scenario, Policy: l.policies[policy], Replication: replication, Measurement: m}
}

// label adds the results of a run to those of the experiment, with the scenario, the policy and the
// replication.
func (l labels) label(r *Results, f *Finished, policy, replication int) {
	for _, m := range f.Measures {
		r.Rows = append(r.Rows, l.row(policy, replication, m))
	}
	for _, s := range f.Full.Series {
		s.Scenario, s.Policy, s.Replication = l.scenario, l.policies[policy], replication
		r.Series = append(r.Series, s)
	}
	for _, q := range f.Full.Quantiles {
		q.Row = l.row(policy, replication, q.Measurement)
		r.Quantiles = append(r.Quantiles, q)
	}
}
