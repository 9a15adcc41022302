package metrics_test

import (
	"maps"
	"math"
	"strings"
	"testing"

	"wavetank/metrics"
	"wavetank/sim"
)

// distributed compares the distributions of a board with its numbers. Every percentile must have a
// distribution, and every distribution its percentiles.
func distributed(t *testing.T, values map[string]float64, b *metrics.Board) {
	t.Helper()
	known := map[string]bool{}
	for _, d := range b.Distributions() {
		key := d.Scope + " " + d.Metric
		if known[key] {
			t.Errorf("two distributions of %s", key)
		}
		known[key] = true
		for suffix, share := range map[string]float64{"_p50": 0.5, "_p90": 0.9, "_p95": 0.95, "_p99": 0.99} {
			got, told := values[key+suffix]
			if want := d.Of.Quantile(share); told && got != want || !told && !math.IsNaN(want) {
				t.Errorf("%s%s is %v, by its distribution %v", key, suffix, got, want)
			}
		}
	}
	for key := range values {
		if name, is := strings.CutSuffix(key, "_p50"); is && !known[name] {
			t.Errorf("%s has no distribution", key)
		}
	}
}

// There are quantiles of all requests and of each class, but not of tenants.
func TestQuantilesAreToldOfEveryScopeButTenants(t *testing.T) {
	_, b := watch(t, nil, func(s *sim.Setup) {
		arrivals := senders(burst)
		s.Arrivals, s.Warmup = &arrivals, 0
		s.Spec.Classes, s.Spec.Tenants = metals, []string{"a", "b", "c"}
	})
	shares := map[string]int{}
	for _, q := range b.Quantiles() {
		shares[q.Scope+" "+q.Metric]++
	}
	all := len(metrics.Shares())
	if want := map[string]int{"all latency": all, "class:gold latency": all, "class:bronze latency": all}; !maps.Equal(shares, want) {
		t.Errorf("quantiles of %v, want %v", shares, want)
	}
}
