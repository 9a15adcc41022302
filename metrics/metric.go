// Package metrics folds the facts of a run into numbers. Package rows is the numbers as they are
// kept, and package compare compares those of several policies.
//
// A metric is a type that embeds sim.Handlers. Its constructor names the kinds of facts that it
// wants, and what it does with each. Its Measures tell what it measured when the run has ended.
//
// To add a metric:
//
//   - A further number of a fold that is there is one line in its measures.
//   - A new fold is one file here and one field of Board. NewBoard makes it, Observers lists it,
//     Measures asks it. A fold that Observers leaves out hears nothing. A short one is client.go.
//   - Describe it in one line of rows/describe.go and one of docs/metrics.md. A test fails if
//     either is missing.
//   - Name it in a group of reports/analysis/groups.go, or else it stands in the table "Other".
package metrics

import (
	"wavetank/metrics/histogram"
	"wavetank/metrics/rows"
	"wavetank/sim"
)

// Metric folds the facts of one run and says at its end what it measured.
type Metric interface {
	sim.Selective
	Measures() []rows.Measurement
}

// percent returns a part of a whole in percent. Times that are added up in another order than those
// of the whole can exceed it by their last bits. The share is never told as more than 100 %.
func percent(part, whole float64) float64 {
	share := 100 * part / whole
	if share > 100 && share < 100+1e-7 {
		return 100
	}
	return share
}

// measure returns one number of the run.
func measure(scope, metric, unit string, value float64) rows.Measurement {
	return rows.Measurement{Scope: scope, Metric: metric, Unit: unit, Value: value}
}

// spread returns the mean and the percentiles of a distribution of times.
func spread(scope, what string, l *histogram.Latencies) []rows.Measurement {
	return []rows.Measurement{
		measure(scope, what+"_mean", "s", l.Mean()),
		measure(scope, what+"_p50", "s", l.Quantile(0.50)),
		measure(scope, what+"_p90", "s", l.Quantile(0.90)),
		measure(scope, what+"_p95", "s", l.Quantile(0.95)),
		measure(scope, what+"_p99", "s", l.Quantile(0.99)),
	}
}
