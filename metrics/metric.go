// Package metrics folds the facts of a run into numbers. Package rows holds the types of stored
// numbers. Package compare compares the numbers of several policies.
//
// A metric is a type that embeds sim.Handlers. Its constructor registers a function for each kind
// of fact that it wants. Its method Measures returns the numbers after the run has ended.
//
// To add a metric:
//
//   - A further number of an existing fold is one line in its method measures.
//   - A new fold is one file here and one field of Board. Add it in NewBoard, Observers and
//     Measures. A fold that is missing in Observers sees no facts. A short example is heldback.go.
//   - Describe it in one line of rows/describe.go and one of docs/metrics.md. A test fails if
//     either is missing.
//   - Name it in a group of reports/analysis/groups.go. Otherwise the report shows it in the table
//     "Other".
package metrics

import (
	"wavetank/metrics/histogram"
	"wavetank/metrics/rows"
	"wavetank/sim"
)

// Metric folds the facts of one run. After the run, Measures returns its numbers.
type Metric interface {
	sim.Selective
	Measures() []rows.Measurement
}

// percent returns a part of a whole in percent, at most 100. Without this limit, rounding errors of
// sums in another order could give more than 100.
func percent(part, whole float64) float64 {
	share := 100 * part / whole
	if share > 100 && share < 100+1e-7 {
		return 100
	}
	return share
}

// measure returns one Measurement.
func measure(scope, metric, unit string, value float64) rows.Measurement {
	return rows.Measurement{Scope: scope, Metric: metric, Unit: unit, Value: value}
}

// spread returns the mean and the percentiles of a distribution of times, in seconds.
func spread(scope, what string, l *histogram.Latencies) []rows.Measurement {
	return []rows.Measurement{
		measure(scope, what+"_mean", "s", l.Mean()),
		measure(scope, what+"_p50", "s", l.Quantile(0.50)),
		measure(scope, what+"_p90", "s", l.Quantile(0.90)),
		measure(scope, what+"_p95", "s", l.Quantile(0.95)),
		measure(scope, what+"_p99", "s", l.Quantile(0.99)),
	}
}
