package store

import (
	"math"

	"wavetank/metrics/rows"
)

// small makes results of three policies in four replications, with something in every table.
func small() Archive {
	policies := []string{"static-peak", "static-mean", "auto-adjust(ridge, 0.3)+best-fit"}
	r := Archive{Manifest: Manifest{
		Scenario: "working-day", About: "Two vision models.", Version: "test", Seed: 7, Replications: 4, Completed: 4,
		WarmupSeconds: 1800, DurationSeconds: 7200, Policies: policies, Baseline: policies[0],
		Inputs:   []FileSum{{"invocations.csv.gz", checksum([]byte("invocations"))}},
		Resolved: "name: working-day\nseed: 7\n",
	}}
	for replication := range 4 {
		for p, policy := range policies {
			row := rows.Row{Scenario: "working-day", Policy: policy, Replication: replication}
			value := func(scope, metric, unit string) rows.Row {
				r := row
				r.Measurement = rows.Measurement{Scope: scope, Metric: metric, Unit: unit, Value: math.Sqrt(float64(2 + p + 3*replication))}
				return r
			}
			r.Rows = append(r.Rows, value("all", "cost", "$"), value("all", "latency_p99", "s"), value("resnet50", "arrived", "1"))
			demand := rows.TimeSeries{Scenario: row.Scenario, Policy: policy, Replication: replication, Scope: "all", Metric: "demand", Unit: "1/s"}
			for i := range 24 {
				demand.Ends, demand.Values = append(demand.Ends, 300*float64(i+1)), append(demand.Values, math.Sqrt(float64(2+p+3*replication)))
				r.Quantiles = append(r.Quantiles, rows.Quantile{Row: value("all", "latency", "s"), Share: float64(i+1) / 24})
			}
			r.Series = append(r.Series, demand)
			r.Pooled = append(r.Pooled, rows.Pooled{Row: value("all", "latency_p99", "s"), Low: 1, High: 2})
		}
	}
	return r
}
