package scenarios

import (
	"context"
	"slices"
	"testing"
	"time"

	"wavetank/policies/policytest"
	"wavetank/policies/registry"
	"wavetank/scenarios/file"
	"wavetank/sim/kernel"
)

// families are the ways to decide that the mixed fleet tells apart.
var families = []string{"greedy", "dp", "lp", "auto-adjust"}

// firstDecisions returns what the policies of an experiment order for the first control period.
func firstDecisions(t *testing.T, e *Experiment, replication int) (*policytest.Case, map[string]policytest.FirstPlan) {
	t.Helper()
	rates, err := e.measure(t.Context(), replication, kernel.Time(e.Scenario.Control.Period))
	if err != nil {
		t.Fatal(err)
	}
	stage := &policytest.Case{Spec: e.Spec, Rates: rates}
	all := map[string]policytest.FirstPlan{}
	for _, p := range e.Scenario.Policies {
		a, err := p.Allocator.New(registry.Context{Spec: e.Spec, Period: time.Duration(e.Scenario.Control.Period), Offered: stage.Offered})
		if err != nil {
			t.Fatal(err)
		}
		if all[p.Name], err = policytest.Decide(stage, a); err != nil {
			t.Fatal(err)
		}
	}
	return stage, all
}

func TestEveryFamilyFindsAnotherPlanForTheMixedFleet(t *testing.T) {
	e := prepare(t, "mixed-fleet")
	for replication := range e.Scenario.Replications {
		stage, all := firstDecisions(t, e, replication)
		least := all["dp"]
		for i, a := range families {
			one := all[a]
			if !one.Meets(stage) {
				t.Errorf("replication %d: %s does not meet the load: %s", replication, a, one.Row(stage))
			}
			if a != "dp" && one.Cost <= least.Cost {
				t.Errorf("replication %d: %s pays no more than dp: %s", replication, a, one.Row(stage))
			}
			for _, b := range families[:i] {
				if other := all[b]; slices.Equal(one.Machines, other.Machines) {
					t.Errorf("replication %d: %s and %s rent the same machines: %s", replication, a, b, one.Row(stage))
				}
			}
		}
	}
}

func TestThePlansForTheMixedFleetShowInItsCost(t *testing.T) {
	e := prepare(t, "mixed-fleet", file.Change{Path: "duration", Value: "5m"}, file.Change{Path: "replications", Value: "2"})
	r, err := e.Run(context.Background(), RunOptions{Parallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	cost := map[string]float64{}
	for _, row := range r.Rows {
		if row.Metric == "cost" && row.Scope == "all" {
			cost[row.Policy] += row.Value
		}
	}
	for i, a := range families {
		for _, b := range families[:i] {
			if gap := cost[a]/cost[b] - 1; max(gap, -gap) < 0.02 {
				t.Errorf("%s costs %v and %s %v", a, cost[a], b, cost[b])
			}
		}
	}
}
