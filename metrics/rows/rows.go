// Package rows is the numbers of runs as they are kept: rows, samples of series, points of
// distributions, pooled percentiles. It holds what is known of each metric, too. It imports nothing
// of the module, so a program that reads results needs no simulator.
package rows

// All is the scope of a measure over every model or device kind.
const All = "all"

// Measurement is one number of one run.
type Measurement struct {
	Scope  string  // "all", a model, a pipeline, a device kind, "class:NAME", "machine:TYPE" …
	Metric string  // "latency_p99"
	Unit   string  // "s", "1/s", "$", "%", "1"
	Value  float64 // may be +Inf: a percentile over requests that never finished
}

// Row is a Measurement with the run that it belongs to.
type Row struct {
	Scenario    string
	Policy      string
	Replication int
	Measurement
}

// Sample is one point of a time series: the mean over the interval that ends at Seconds.
type Sample struct {
	Row
	Seconds float64 // since the run began
}

// Quantile is one point of a distribution: Share of the requests have a value of at most Value.
type Quantile struct {
	Row
	Share float64 // in [0, 1]
}

// Together is the number that stands for all replications together.
const Together = -1

// Pooled is a percentile over the requests of several replications. Of replication Together it is
// that of all, with its interval. Of replication i it is what that one contributes, the
// pseudo-value of the infinitesimal jackknife, from which differences are told. A contribution is
// NaN if fewer than ten requests lie beyond the percentile, which tell too little.
type Pooled struct {
	Row
	Low, High float64 // 95 % interval; NaN: there is none; High +Inf: nothing bounds it from above
}
