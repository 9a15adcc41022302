// Package rows holds the types of stored numbers of runs: rows, samples of series, points of
// distributions, pooled percentiles. It also describes each metric. It imports nothing of the
// module, so a program that reads results does not need the simulator.
package rows

// All is the scope of a number over all models or device kinds.
const All = "all"

// Measurement is one number of one run.
type Measurement struct {
	Scope  string  // "all", a model, a pipeline, a device kind, "class:NAME", "machine:TYPE" …
	Metric string  // "latency_p99"
	Unit   string  // "s", "1/s", "$", "%", "1"
	Value  float64 // +Inf for a percentile that lies among requests that never finished
}

// Row is a Measurement with the run that it belongs to.
type Row struct {
	Scenario    string
	Policy      string
	Replication int
	Measurement
}

// TimeSeries is a metric of one run over time, by steps: Values[i] belongs to the step that ends at
// Ends[i]. Steps without a value are left out.
type TimeSeries struct {
	Scenario    string
	Policy      string
	Replication int
	Scope       string
	Metric      string
	Unit        string
	Ends        []float64 // seconds since the run began; shared with other series, never changed
	Values      []float64
}

// Sample is one value of a time series.
type Sample struct {
	Row
	Seconds float64 // end of its step, since the run began
}

// Samples returns all values of time series, one series after another.
func Samples(list []TimeSeries) []Sample {
	n := 0
	for i := range list {
		n += len(list[i].Values)
	}
	samples := make([]Sample, 0, n)
	for i := range list {
		s := &list[i]
		for k, v := range s.Values {
			row := Row{s.Scenario, s.Policy, s.Replication, Measurement{s.Scope, s.Metric, s.Unit, v}}
			samples = append(samples, Sample{row, s.Ends[k]})
		}
	}
	return samples
}

// Quantile is one point of a distribution: Share of the requests have a value of at most Value.
type Quantile struct {
	Row
	Share float64 // in [0, 1]
}

// Together is the value of Row.Replication that means all replications together.
const Together = -1

// Pooled is a percentile over the requests of several replications. With replication Together it is
// the percentile of all requests, with its interval. With replication i it is the contribution of
// this replication: the pseudo-value of the infinitesimal jackknife, from which differences are
// computed. A contribution is NaN if fewer than ten requests lie beyond the percentile, because
// these are too few.
type Pooled struct {
	Row
	Low, High float64 // 95 % interval; NaN: no interval; High +Inf: no upper limit
}
