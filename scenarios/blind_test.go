package scenarios

import (
	"math"
	"strings"
	"testing"

	"wavetank/metrics/rows"
	"wavetank/scenarios/wording"
)

// erlangBelow returns the chance that a sum of n exponential draws of mean 1 is at most x.
func erlangBelow(n int, x float64) float64 {
	term, sum := 1.0, 0.0
	for k := range n {
		sum += term
		term *= x / float64(k+1)
	}
	return 1 - math.Exp(-x)*sum
}

const mixedBatches = `name: mixed
duration: 4m
replications: 1
workload:
  - model: m
    service: exponential
    slo: {latency: 300ms, percentile: 99}
    arrivals: {poisson: {rate: 100/s}}
models: [{name: m, variants: [{name: v, accuracy: 80, weights: 1B, devices: [{device: cpu, cores: 16, memory: 1GiB, latency: {table: {1: 100ms, 2: 110ms, 4: 130ms, 8: 170ms}}}]}]}]
fleet: [{machine: aws/c7i.4xlarge, max: 60}]
policies: [{name: many, allocator: {static-peak: {min-replicas: 12}}, router: central-queue}]
`

// TestNobodyChoosesCompanyOfUnknownWork: in a batch of n, the mean of n exponential draws decides.
// No run does better than the best n. A policy that knows the works may choose.
func TestNobodyChoosesCompanyOfUnknownWork(t *testing.T) {
	e := load(t, mixedBatches)
	exact := 0.0
	for n, takes := range []float64{100, 110, 120, 130, 140, 150} { // the largest batch takes half of the objective
		exact = max(exact, erlangBelow(n+1, 300/takes*float64(n+1)))
	}
	f := &e.look().models[0]
	if !near(f.best()/100, exact, f.looked) {
		t.Errorf("%v %% are in time at best, want %v", f.best(), 100*exact)
	}
	if want := "no fleet can meet the objective of 99 % for m: at most " + wording.Percent(f.best()) + " of its requests can be answered within 300ms, even alone, or in the best of batches,"; !says(e, want) {
		t.Errorf("warnings are %q", e.Warnings())
	}
	results, err := e.Run(t.Context(), RunOptions{Parallel: 1})
	if err != nil {
		t.Fatal(err)
	}
	share := valueOf(results.Rows, "slo_attainment")
	if sd := 100 * math.Sqrt(exact*(1-exact)/20_000); share > 100*exact+4*sd || share < 90 {
		t.Errorf("%v %% were in time, at best %v", share, 100*exact)
	}
	if e := load(t, strings.Replace(mixedBatches, "central-queue}", "central-queue, order: sjf}", 1)); says(e, "no fleet") {
		t.Errorf("with sjf: %q", e.Warnings())
	}
	if e := load(t, strings.Replace(mixedBatches, "percentile: 99", "percentile: 97", 1)); says(e, "no fleet") {
		t.Errorf("of 97 %%: %q", e.Warnings())
	}
}

func valueOf(list []rows.Row, metric string) float64 {
	for _, r := range list {
		if r.Metric == metric && r.Scope == rows.All {
			return r.Value
		}
	}
	return math.NaN()
}

// TestWhatIsJudgedByItsClassesIsSaidOfThem: the patient can be served, so the model is not said to
// be beyond any fleet.
func TestWhatIsJudgedByItsClassesIsSaidOfThem(t *testing.T) {
	text := strings.NewReplacer("1: 100ms, 2: 110ms, 4: 130ms, 8: 170ms", "1: 100ms", "workload:", "classes: [{name: hasty, slo: {latency: 50ms, percentile: 95}}, {name: patient}]\nworkload:",
		"    service:", "    classes: {hasty: 1, patient: 1}\n    service:", "percentile: 99", "percentile: 94").Replace(mixedBatches)
	e := load(t, text)
	if !says(e, "no fleet can meet the objective of 95 % for the class hasty: at most ") || says(e, "for m:") || says(e, "patient") {
		t.Errorf("warnings are %q", e.Warnings())
	}
	summary := e.Summary()
	for _, want := range []string{"judged by its classes, which ask for different shares in time\n", "  94 %: answer in 300ms  ", "  95 %: answer in 50ms  "} {
		if !strings.Contains(summary, want) {
			t.Errorf("%q is missing in\n%s", want, summary)
		}
	}
}
