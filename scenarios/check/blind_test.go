package check

import (
	"strings"
	"testing"

	"wavetank/scenarios/scenariotest"
	"wavetank/scenarios/wording"
)

// TestNobodyChoosesCompanyOfUnknownWork: the time of a batch of n depends on the mean of n
// exponential draws, which no policy knows. So no policy can do better than to always use the best
// n. A policy that knows the work of each request could choose which requests share a batch.
func TestNobodyChoosesCompanyOfUnknownWork(t *testing.T) {
	e := load(t, scenariotest.MixedBatches)
	exact := 0.0
	// Even the largest batch takes no more than half of the latency objective.
	for n, takes := range []float64{100, 110, 120, 130, 140, 150} {
		exact = max(exact, scenariotest.ErlangBelow(n+1, 300/takes*float64(n+1)))
	}
	f := &e.look().models[0]
	if !near(f.best()/100, exact, f.looked) {
		t.Errorf("%v %% are in time at best, want %v", f.best(), 100*exact)
	}
	if want := "no fleet can meet the objective of 99 % for m: at most " + wording.Percent(f.best()) + " of its requests can be answered within 300ms, even alone, or in the best of batches,"; !says(e, want) {
		t.Errorf("warnings are %q", e.Warnings())
	}
	if e := load(t, strings.Replace(scenariotest.MixedBatches, "central-queue}", "central-queue, order: sjf}", 1)); says(e, "no fleet") {
		t.Errorf("with sjf: %q", e.Warnings())
	}
	if e := load(t, strings.Replace(scenariotest.MixedBatches, "percentile: 99", "percentile: 97", 1)); says(e, "no fleet") {
		t.Errorf("of 97 %%: %q", e.Warnings())
	}
}

// TestWhatIsJudgedByItsClassesIsSaidOfThem: the class patient can be served, so no warning says
// that no fleet can serve the model.
func TestWhatIsJudgedByItsClassesIsSaidOfThem(t *testing.T) {
	text := strings.NewReplacer("1: 100ms, 2: 110ms, 4: 130ms, 8: 170ms", "1: 100ms", "workload:", "classes: [{name: hasty, slo: {latency: 50ms, percentile: 95}}, {name: patient}]\nworkload:",
		"    service:", "    classes: {hasty: 1, patient: 1}\n    service:", "percentile: 99", "percentile: 94").Replace(scenariotest.MixedBatches)
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
