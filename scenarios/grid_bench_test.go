package scenarios

import (
	"testing"
	"wavetank/scenarios/file"
)

// BenchmarkQuickstart measures a whole run of the quickstart with one policy and one replication.
//
//	go test -run xxx -bench Quickstart ./scenarios
func BenchmarkQuickstart(b *testing.B) {
	f, err := file.Load("quickstart", []file.Change{{Path: "replications", Value: "1"}})
	if err != nil {
		b.Fatal(err)
	}
	e, err := Prepare(f)
	if err != nil {
		b.Fatal(err)
	}
	if err := e.Scenario.Select([]string{"greedy"}); err != nil {
		b.Fatal(err)
	}
	requests := 0.0
	b.ReportAllocs()
	for b.Loop() {
		r, err := e.Run(b.Context(), RunOptions{Parallel: 1})
		if err != nil {
			b.Fatal(err)
		}
		for _, row := range r.Rows {
			if row.Scope == "all" && row.Metric == "arrived" {
				requests += row.Value
			}
		}
	}
	b.ReportMetric(requests/b.Elapsed().Seconds(), "requests/s")
}
