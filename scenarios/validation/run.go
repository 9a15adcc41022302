package validation

import (
	"context"
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"wavetank/metrics"
	"wavetank/scenarios"
	"wavetank/scenarios/theory"
	"wavetank/sim/kernel"
)

// Options says how much is simulated.
type Options struct {
	Customers    int // of each system in each replication
	Replications int
	Seed         uint64
	Parallel     int                 // runs at a time; the result does not depend on it
	Slower       float64             // service times are multiplied by it; 1 for the true system
	Progress     func(done, of int)  // called after each run, one call at a time; may be nil
	Only         func(s System) bool // nil: all systems
}

// Quick and Full are the options of the two sizes of the command.
func Quick() Options {
	return Options{Customers: 20_000, Replications: 20, Seed: 1, Parallel: 1, Slower: 1}
}

// Full simulates some fifteen times as much as Quick.
func Full() Options {
	o := Quick()
	o.Customers = 300_000
	return o
}

// Row is one quantity of one system: exact, and as it was simulated.
type Row struct {
	System   System
	Quantity string
	Headline bool // the first of its system
	Exact    float64
	Mean     float64 // over replications
	Half     float64 // half-width of its 95 % interval
	Drift    float64 // of the second half of the runs against the first, in standard errors
	Score    float64 // (mean − exact) in standard errors: t with replications − 1 degrees of freedom
	Agrees   bool    // |score| is not so large that it should occur once in a thousand whole tables
}

// Result is a whole comparison.
type Result struct {
	Options Options
	Rows    []Row
	Bound   float64 // of |score|
	// The joint test looks at the headlines, which are independent of each other: how many scores lie beyond the
	// 95 % point is binomial, and should lie within its central 99.9 %.
	Headlines, Beyond, Fewest, Most int
}

// JointlyAgrees reports whether the joint test passes.
func (r Result) JointlyAgrees() bool { return r.Beyond >= r.Fewest && r.Beyond <= r.Most }

// Agrees reports whether every row and the joint test pass.
func (r Result) Agrees() bool {
	for _, row := range r.Rows {
		if !row.Agrees {
			return false
		}
	}
	return r.JointlyAgrees()
}

// Run simulates the systems and compares them with theory.
func Run(ctx context.Context, o Options) (Result, error) {
	var systems []System
	for _, s := range Systems() {
		if o.Only == nil || o.Only(s) {
			s.seed = uint64(len(systems))
			systems = append(systems, s)
		}
	}
	r := Result{Options: o}
	values, err := simulate(ctx, systems, o)
	if err != nil {
		return r, err
	}
	for i, s := range systems {
		rows, err := compare(s, values[i])
		if err != nil {
			return r, err
		}
		r.Rows = append(r.Rows, rows...)
	}
	r.judge()
	return r, nil
}

// simulate returns the estimates of every system, replication by replication.
func simulate(ctx context.Context, systems []System, o Options) ([][]map[string]float64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	experiments := make([]*scenarios.Experiment, len(systems))
	values := make([][]map[string]float64, len(systems))
	for i, s := range systems {
		var err error
		if experiments[i], err = s.prepare(o); err != nil {
			return nil, fmt.Errorf("%s with %s: %w", s.Family, s.Params, err)
		}
		values[i] = make([]map[string]float64, o.Replications)
	}
	total := len(systems) * o.Replications
	jobs := make(chan int)
	var mutex sync.Mutex
	done := 0
	var workers sync.WaitGroup
	for range max(1, o.Parallel) {
		workers.Go(func() {
			for job := range jobs {
				i, replication := job/o.Replications, job%o.Replications
				estimates, err := systems[i].run(ctx, experiments[i], replication)
				if err != nil {
					cancel(fmt.Errorf("%s with %s: %w", systems[i].Family, systems[i].Params, err))
				}
				values[i][replication] = estimates
				mutex.Lock()
				if done++; o.Progress != nil {
					o.Progress(done, total)
				}
				mutex.Unlock()
			}
		})
	}
	for job := range total {
		if ctx.Err() != nil {
			break
		}
		jobs <- job
	}
	close(jobs)
	workers.Wait()
	return values, context.Cause(ctx)
}

// prepare builds the scenario of a system, the same for all replications.
func (s System) prepare(o Options) (*scenarios.Experiment, error) {
	text := s.queue.scenario(o.Customers, o.Seed*1000+s.seed, o.Slower)
	f, err := scenarios.Read(s.Family, []byte(text))
	if err != nil {
		return nil, err
	}
	return f.Prepare()
}

// drift names, among the estimates of a run, by how much its second half differs from its first.
const drift = "drift"

// run simulates one replication of a system.
func (s System) run(ctx context.Context, e *scenarios.Experiment, replication int) (map[string]float64, error) {
	span := metrics.Span{From: kernel.Time(e.Scenario.Warmup), Until: kernel.Time(e.Scenario.Duration)}
	w := newWatch(span, &s)
	if err := e.Observe(ctx, 0, replication, w); err != nil {
		return nil, err
	}
	estimates := map[string]float64{drift: w.drift()}
	for _, q := range s.Quantities {
		value, ok := w.estimate(q)
		if !ok {
			return nil, fmt.Errorf("nothing observes %s", q)
		}
		estimates[q] = value
	}
	return estimates, nil
}

// compare returns the rows of a system.
func compare(s System, runs []map[string]float64) ([]Row, error) {
	model, err := theory.Parse(s.Family, s.Params)
	if err != nil {
		return nil, err
	}
	n := float64(len(runs))
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}
	var rows []Row
	drifts := make([]float64, len(runs))
	for j, run := range runs {
		drifts[j] = run[drift]
	}
	shift, noise := stat.MeanStdDev(drifts, nil)
	for i, q := range s.Quantities {
		exact, err := model.Value(q)
		if err != nil {
			return nil, fmt.Errorf("%s with %s: %w", s.Family, s.Params, err)
		}
		values := make([]float64, len(runs))
		for j, run := range runs {
			values[j] = run[q]
		}
		mean, deviation := stat.MeanStdDev(values, nil)
		sem := deviation / math.Sqrt(n)
		row := Row{System: s, Quantity: q, Headline: i == 0, Exact: exact, Mean: mean, Half: t.Quantile(0.975) * sem, Score: (mean - exact) / sem}
		if math.Abs(shift) > resolution {
			row.Drift = shift / noise * math.Sqrt(n)
		}
		if deviation == 0 && math.Abs(mean-exact) <= 1e-9*math.Abs(exact) {
			row.Score = 0 // known without error
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// judge gives every row its verdict and makes the joint test.
func (r *Result) judge() {
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(r.Options.Replications - 1)}
	r.Bound = t.Quantile(1 - 0.001/2/float64(max(1, len(r.Rows))))
	usual := t.Quantile(0.975)
	for i := range r.Rows {
		row := &r.Rows[i]
		row.Agrees = math.Abs(row.Score) <= r.Bound
		if row.Headline {
			r.Headlines++
			if math.Abs(row.Score) > usual {
				r.Beyond++
			}
		}
	}
	r.Fewest, r.Most = central(r.Headlines, 0.05, 0.999)
}

// central returns the central part of the binomial law of n draws that has at least the probability given.
func central(n int, p, part float64) (fewest, most int) {
	law := distuv.Binomial{N: float64(n), P: p}
	for fewest < n && law.CDF(float64(fewest)) <= (1-part)/2 {
		fewest++
	}
	for most = fewest; most < n && law.CDF(float64(most)) < 1-(1-part)/2; most++ {
	}
	return fewest, most
}
