package scenarios

import (
	"math"
	"testing"
	"wavetank/metrics/rows"
	"wavetank/scenarios/scenariotest"
)

// TestNoRunBeatsTheBestBatches: the time of a batch of n depends on the mean of n exponential
// draws, which no policy knows. So no policy can do better than to always use the best n.
func TestNoRunBeatsTheBestBatches(t *testing.T) {
	e := load(t, scenariotest.MixedBatches)
	exact := 0.0
	// Even the largest batch takes no more than half of the latency objective.
	for n, takes := range []float64{100, 110, 120, 130, 140, 150} {
		exact = max(exact, scenariotest.ErlangBelow(n+1, 300/takes*float64(n+1)))
	}
	results, err := e.Run(t.Context(), RunOptions{Parallel: 1})
	if err != nil {
		t.Fatal(err)
	}
	share := valueOf(results.Rows, "slo_attainment")
	if sd := 100 * math.Sqrt(exact*(1-exact)/20_000); share > 100*exact+4*sd || share < 90 {
		t.Errorf("%v %% were in time, at best %v", share, 100*exact)
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
