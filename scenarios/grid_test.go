package scenarios

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/scenarios/capacity"
	"wavetank/scenarios/file"
	"wavetank/scenarios/scenariotest"
	"wavetank/sim/kernel"
)

// run runs an experiment to its end.
func run(t *testing.T, e *Experiment, parallel int) Results {
	t.Helper()
	r, err := e.Run(context.Background(), RunOptions{Parallel: parallel})
	if err != nil {
		t.Fatal(err)
	}
	if want := e.Scenario.Replications; r.Completed != want {
		t.Fatalf("%d of %d replications are complete", r.Completed, want)
	}
	return r
}

// small prepares a scenario with several models and policies, in which everything that can be
// random is.
func small(t *testing.T, changes ...file.Change) *Experiment {
	t.Helper()
	return prepare(t, "testdata/7df8e8f/mixed-fleet.yaml", append([]file.Change{{Path: "duration", Value: "90s"}, {Path: "warmup", Value: "10s"}, {Path: "replications", Value: "3"}, {Path: "router", Value: "power-of-two"}}, changes...)...)
}

// equal reports whether two results are the same; a value that is undefined in both counts as the
// same.
func equal(a, b Results) bool {
	same := func(x, y float64) bool { return x == y || math.IsNaN(x) && math.IsNaN(y) }
	row := func(a, b rows.Row) bool {
		value := same(a.Value, b.Value)
		a.Value, b.Value = 0, 0
		return value && a == b
	}
	return a.Completed == b.Completed && slices.EqualFunc(a.Rows, b.Rows, row) &&
		slices.EqualFunc(rows.Samples(a.Series), rows.Samples(b.Series), func(a, b rows.Sample) bool { return a.Seconds == b.Seconds && row(a.Row, b.Row) }) &&
		slices.EqualFunc(a.Pooled, b.Pooled, func(a, b rows.Pooled) bool { return same(a.Low, b.Low) && same(a.High, b.High) && row(a.Row, b.Row) }) &&
		slices.EqualFunc(a.Quantiles, b.Quantiles, func(a, b rows.Quantile) bool { return a.Share == b.Share && row(a.Row, b.Row) })
}

// TestParallelRunsChangeNothing checks that the results are the same with one run at a time and
// with several, both with and without stored capacity tables.
func TestParallelRunsChangeNothing(t *testing.T) {
	at := func(parallel int, kept *capacity.Cache) Results {
		e := small(t)
		e.Capacities.Cache = kept
		return run(t, e, parallel)
	}
	fresh := capacity.Cache{Folder: t.TempDir(), Program: "tests"}
	one := at(1, nil)
	for _, c := range []struct {
		parallel int
		kept     *capacity.Cache
	}{{2, nil}, {4, &fresh}, {100, &fresh}} {
		if !equal(one, at(c.parallel, c.kept)) {
			t.Errorf("%d runs at a time (tables kept: %v) give other results than one", c.parallel, c.kept != nil)
		}
	}
	if files, err := os.ReadDir(fresh.Folder); err != nil || len(files) == 0 {
		t.Errorf("no table was kept: %v", err)
	}
	if equal(one, run(t, small(t, file.Change{Path: "seed", Value: "99"}), 2)) {
		t.Error("another seed gives the same results")
	}
}

// kept returns results with only those rows for which keep is true.
func kept(r Results, keep func(rows.Row) bool) Results {
	var part Results
	for _, row := range r.Rows {
		if keep(row) {
			part.Rows = append(part.Rows, row)
		}
	}
	for _, s := range r.Series {
		if keep(rows.Row{Scenario: s.Scenario, Policy: s.Policy, Replication: s.Replication, Measurement: rows.Measurement{Scope: s.Scope, Metric: s.Metric, Unit: s.Unit}}) {
			part.Series = append(part.Series, s)
		}
	}
	for _, q := range r.Quantiles {
		if keep(q.Row) {
			part.Quantiles = append(part.Quantiles, q)
		}
	}
	return part
}

func TestLeavingOutAPolicyChangesNoOther(t *testing.T) {
	all := run(t, small(t), 2)
	fewer := small(t)
	if err := fewer.Scenario.Select([]string{"lp", "greedy"}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(fewer.Listed, small(t).Listed) || len(fewer.Listed) < 3 {
		t.Errorf("the policies that the scenario lists are %v after a selection", fewer.Listed)
	}
	part := run(t, fewer, 2)
	for _, policy := range []string{"greedy", "lp"} {
		only := func(r rows.Row) bool { return r.Policy == policy }
		if a, b := kept(all, only), kept(part, only); len(a.Rows) == 0 || !equal(a, b) {
			t.Errorf("%s has other results if other policies are left out", policy)
		}
	}
}

func TestMoreReplicationsOnlyAddRows(t *testing.T) {
	few, many := run(t, small(t), 2), run(t, small(t, file.Change{Path: "replications", Value: "5"}), 2)
	few.Completed, few.Pooled = 0, nil // these cover all replications, so they differ
	if !equal(few, kept(many, func(r rows.Row) bool { return r.Replication < 3 })) {
		t.Error("the first three of five replications differ from three replications")
	}
}

func TestReplicationsDiffer(t *testing.T) {
	r := run(t, small(t), 2)
	values := map[float64]bool{}
	for _, row := range r.Rows {
		if row.Policy == "dp" && row.Scope == "all" && row.Metric == "latency_mean" {
			values[row.Value] = true
		}
	}
	if len(values) != 3 {
		t.Errorf("three replications have the mean latencies %v", values)
	}
}

func TestInterruptionKeepsWholeReplications(t *testing.T) {
	whole := run(t, small(t), 1)
	policies := len(small(t).Scenario.Policies)
	for _, after := range []int{1, policies, policies + 2, 2 * policies} {
		e := small(t)
		ctx, cancel := context.WithCancel(context.Background())
		r, err := e.Run(ctx, RunOptions{Parallel: 1, Progress: func(done, of int) {
			if of != 3*policies {
				t.Errorf("%d runs are announced", of)
			}
			if done == after {
				cancel()
			}
		}})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted after %d runs: error %v", after, err)
		}
		if r.Completed < after/policies || r.Completed > 2 {
			t.Errorf("interrupted after %d runs of %d policies: %d replications", after, policies, r.Completed)
		}
		done := r.Completed
		r.Completed, r.Pooled = 0, nil // these cover all replications, so they differ
		if !equal(r, kept(whole, func(row rows.Row) bool { return row.Replication < done })) {
			t.Errorf("interrupted after %d runs: the %d complete replications differ", after, done)
		}
	}
}

func TestAFailedRunNamesItself(t *testing.T) {
	folder := t.TempDir()
	trace := filepath.Join(folder, "trace.csv")
	if err := os.WriteFile(trace, []byte("at\n0\n1\n2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := file.Read(filepath.Join(folder, "s.yaml"), []byte(scenariotest.Minimal("arrivals: {csv: {file: trace.csv, time: at}}")))
	if err != nil {
		t.Fatal(err)
	}
	e, err := Prepare(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(trace); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Run(context.Background(), RunOptions{Parallel: 2}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	} else if text := err.Error(); text[:len("policy follow, replication 0: ")] != "policy follow, replication 0: " {
		t.Errorf("error %v", err)
	}
}

func TestTheQueueAgreesWithTheory(t *testing.T) {
	r := run(t, prepare(t, "mm1", file.Change{Path: "duration", Value: "1h"}), 2)
	values := map[string][]float64{}
	for _, row := range r.Rows {
		if row.Scope == "all" {
			values[row.Metric] = append(values[row.Metric], row.Value)
		}
	}
	const arrivals, service = 80, 100
	for metric, want := range map[string]float64{
		"latency_mean": 1. / (service - arrivals),
		"latency_p50":  math.Ln2 / (service - arrivals),
		"latency_p95":  math.Log(20) / (service - arrivals),
		"utilization":  100 * arrivals / service,
	} {
		i := compare.Mean(values[metric])
		// Percentiles come from a histogram and are accurate to 1 %.
		if !i.Defined() || math.Abs(i.Mean-want) > i.Half()+0.01*want || i.Half() > 0.1*want {
			t.Errorf("%s is %v ± %v, the theory says %v", metric, i.Mean, i.Half(), want)
		}
	}
}

func TestAzureFunctionsSampleReplays(t *testing.T) {
	sample, err := filepath.Abs("../../shared/data/azure-functions-2019-sample/invocations.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(sample); err != nil {
		t.Skipf("the sample of the Azure Functions trace is not there: %v", err)
	}
	e := prepare(t, "azure-functions", file.Change{Path: "workload[0].arrivals.azure-functions-2019.file", Value: sample}, file.Change{Path: "duration", Value: "3m"}, file.Change{Path: "warmup", Value: "1m"})
	if in := e.Inputs[0]; in.File != sample || in.Requests != 3_037_902 || in.Span.Hours() != 8 {
		t.Errorf("the trace is described as %+v", in)
	}
	const firstMinutes = 6351 + 7138 + 6483 // sums of the file's first columns
	for p := range e.Scenario.Policies[:2] {
		if invariants, _ := observed(t, e, p); invariants.Arrived != firstMinutes {
			t.Errorf("%d requests arrive in three minutes that count %d", invariants.Arrived, firstMinutes)
		}
	}
}

func TestShippedTraceArrivesAsItCounts(t *testing.T) {
	e := prepare(t, "azure-functions")
	rates, err := e.measure(t.Context(), 0, kernel.Time(e.Scenario.Duration))
	if err != nil {
		t.Fatal(err)
	}
	sum, models := 0.0, make([]float64, len(e.Spec.Models))
	for _, minute := range rates {
		for m, rate := range minute {
			sum += 60 * rate
			models[m] += rate
		}
	}
	if math.Round(sum) != float64(e.Inputs[0].Requests) {
		t.Errorf("%v requests arrive of %d", sum, e.Inputs[0].Requests)
	}
	if slices.Contains(models, 0) {
		t.Errorf("a model is asked for nothing: %v", models)
	}
	if again := prepare(t, "azure-functions"); !reflect.DeepEqual(again.Inputs, e.Inputs) {
		t.Errorf("inputs are %v and %v", e.Inputs, again.Inputs)
	}
}
