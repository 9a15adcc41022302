package scenarios

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"wavetank/metrics/histogram"
	"wavetank/metrics/rows"
	"wavetank/scenarios/reference"
)

// Detail says how much is known of a run. Each detail holds everything of the ones before it.
type Detail int

const (
	Brief   Detail = iota + 1 // the cost, the shares in time, the rent above the budget
	Summary                   // every row, and the distributions of times
	Whole                     // the course over time, the quantiles, and the decisions, too
)

// Finished holds the results of one run: one policy in one replication. A value that is not defined
// is math.NaN(), and no value is −0, so that stored results are the same bytes as fresh ones.
type Finished struct {
	Detail        Detail
	Took          time.Duration // computing time of the run; it depends on the computer
	Measures      []rows.Measurement
	Distributions []histogram.Compact
	Full          FullResults
}

// FullResults holds what only the detail Whole has. The scenario, the policy and the replication of
// its rows are empty.
type FullResults struct {
	Series    []rows.TimeSeries
	Quantiles []rows.Quantile
	Wanted    []uint64      // a checksum of the wanted replicas for each control period
	Decisions int           // how often the allocator was asked
	Deciding  time.Duration // computing time of these decisions; it depends on the computer
}

// finish simulates one policy in one replication, given by its place in the scenario. It writes the
// requests to the log, if there is one.
func (e *Experiment) finish(ctx context.Context, policy, replication int, with *ReferenceSetting, log RequestLog) (*Finished, error) {
	began := time.Now()
	t, err := e.trialWith(ctx, &e.Scenario.Policies[policy], replication, with)
	if err == nil {
		err = t.logged(ctx, log, e.Scenario.Policies[policy].Name)
	}
	if err != nil {
		return nil, err
	}
	f := &Finished{Detail: Whole, Measures: t.board.Measures()}
	for _, d := range t.board.Distributions() {
		f.Distributions = append(f.Distributions, d.Compact())
	}
	f.Full = FullResults{
		Series: t.board.Series.TimeSeries(), Quantiles: t.board.Quantiles(), Wanted: t.wants.Seen(),
		Decisions: t.watch.decisions, Deciding: t.watch.spent,
	}
	f.settle()
	f.Took = time.Since(began)
	return f, nil
}

// settle gives every undefined value and every zero one form.
func (f *Finished) settle() {
	one := func(v *float64) {
		if math.IsNaN(*v) {
			*v = math.NaN()
		} else if *v == 0 {
			*v = 0
		}
	}
	for i := range f.Measures {
		one(&f.Measures[i].Value)
	}
	for _, s := range f.Full.Series {
		for i := range s.Values {
			one(&s.Values[i])
		}
	}
	for i := range f.Full.Quantiles {
		one(&f.Full.Quantiles[i].Value)
	}
}

// Value returns the value of a metric in a scope, or NaN if it is not known.
func (f *Finished) Value(scope, metric string) float64 {
	at := slices.IndexFunc(f.Measures, func(m rows.Measurement) bool { return m.Scope == scope && m.Metric == metric })
	if at < 0 {
		return math.NaN()
	}
	return f.Measures[at].Value
}

// Measured returns the cost, the rent above the budget and the share in time for each goal.
func (e *Experiment) Measured(f *Finished, goals []rows.Objective) reference.Measured {
	out := reference.Measured{Cost: f.Value(rows.All, "cost")}
	if budget := e.Spec.Budget; budget > 0 {
		out.Over = 100 * f.Value(rows.All, "over_budget_max") / budget
	}
	for _, o := range goals {
		out.Share = append(out.Share, f.Value(o.Scope, "slo_attainment"))
	}
	return out
}

// Finish returns the results of a run: those that the Keeper has, or else those of a simulation,
// which the Keeper then keeps. policy is the place of the policy in the scenario. If the policy is
// a reference, its setting is searched for first. The second result says that the run was kept
// before. Finish is safe for concurrent use.
func (e *Experiment) Finish(ctx context.Context, policy, replication int, d Detail) (*Finished, bool, error) {
	return e.finishLogged(ctx, policy, replication, d, nil)
}

// finishLogged does the same as Finish. If there is a log, it simulates the run even if the Keeper
// has it, and writes its requests to the log.
func (e *Experiment) finishLogged(ctx context.Context, policy, replication int, d Detail, log RequestLog) (*Finished, bool, error) {
	with, err := e.found(ctx, policy, searchOptions{parallel: 1})
	if err != nil {
		return nil, false, err
	}
	p := &e.Scenario.Policies[policy]
	f, kept, err := e.kept(ctx, p, replication, with, d, log != nil, func() (*Finished, error) {
		return e.finish(ctx, policy, replication, with, log)
	})
	if err != nil {
		return nil, false, fmt.Errorf("policy %s, replication %d: %w", p.Name, replication, err)
	}
	return f, kept, nil
}
