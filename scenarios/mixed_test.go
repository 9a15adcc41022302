package scenarios

import (
	"context"
	"testing"

	"wavetank/metrics/rows"
	"wavetank/scenarios/file"
)

// TestEveryFamilyFindsTheLeastCostOfTheMixedFleet: greedy, dp, lp and auto-adjust differ in how
// they decide, and none of them pays more for it, nor misses an objective.
func TestEveryFamilyFindsTheLeastCostOfTheMixedFleet(t *testing.T) {
	e := prepare(t, "testdata/7df8e8f/mixed-fleet.yaml", file.Change{Path: "duration", Value: "5m"}, file.Change{Path: "replications", Value: "2"})
	r, err := e.Run(context.Background(), RunOptions{Parallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	cost, late := map[string]float64{}, map[string]float64{}
	for _, row := range r.Rows {
		switch {
		case row.Metric == "cost" && row.Scope == rows.All:
			cost[row.Policy] += row.Value
		case row.Metric == "slo_attainment" && row.Scope == rows.All:
			late[row.Policy] += 100 - row.Value
		}
	}
	for _, name := range []string{"greedy", "dp", "lp", "auto-adjust"} {
		if cost[name] > 1.01*cost["dp"] || cost[name] == 0 {
			t.Errorf("%s costs %v and dp %v", name, cost[name], cost["dp"])
		}
		if late[name] > 1 {
			t.Errorf("%s has %v %% of its requests late", name, late[name])
		}
	}
	if cost["follow"] == 0 {
		t.Error("there is no follow")
	}
}
