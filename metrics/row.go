// Package metrics folds the facts of a run into numbers, and compares the numbers of several policies.
package metrics

// Measure is one number of one run.
type Measure struct {
	Scope  string  // "all", the name of a model or a pipeline, "class:" or "tenant:" with a name, or a device kind
	Metric string  // "latency_p99"
	Unit   string  // "s", "1/s", "$", "%", "1"
	Value  float64 // may be +Inf: a percentile over requests that never finished
}

// Row is a Measure with the run that it belongs to.
type Row struct {
	Scenario    string
	Policy      string
	Replication int
	Measure
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
