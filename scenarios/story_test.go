package scenarios

import (
	"testing"

	"wavetank/metrics/compare"
	"wavetank/scenarios/file"
)

// means returns the mean of a metric over all models and replications, per policy.
func means(r Results, metric string) map[string]float64 {
	values := map[string][]float64{}
	for _, row := range r.Rows {
		if row.Scope == "all" && row.Metric == metric {
			values[row.Policy] = append(values[row.Policy], row.Value)
		}
	}
	all := map[string]float64{}
	for policy, v := range values {
		all[policy] = compare.Mean(v).Mean
	}
	return all
}

func TestASeasonIsAheadOfTheDailySurge(t *testing.T) {
	e := prepare(t, "day-curve", file.Change{Path: "replications", Value: "2"})
	if err := e.Scenario.Select([]string{"static-peak", "follow", "follow-season", "follow-margin"}); err != nil {
		t.Fatal(err)
	}
	r := run(t, e, 2)
	met, cost := means(r, "slo_attainment"), means(r, "cost")
	if !(met["follow"] < met["follow-season"] && met["follow-season"] < met["follow-margin"] && met["follow-margin"] <= met["static-peak"]) {
		t.Errorf("attainment is %v", met)
	}
	if !(cost["follow-season"] < 1.1*cost["follow"] && cost["follow-margin"] < 0.7*cost["static-peak"]) {
		t.Errorf("cost is %v", cost)
	}
}

func TestAFlashCrowdIsTooFastForThoseWhoReact(t *testing.T) {
	r := run(t, prepare(t, "flash-crowd", file.Change{Path: "replications", Value: "1"}), 2)
	met, cost, lost := means(r, "slo_attainment"), means(r, "cost"), means(r, "dropped")
	if lost["static-peak"] != 0 || met["static-peak"] < 99 {
		t.Errorf("static-peak drops %v and meets %v %%", lost["static-peak"], met["static-peak"])
	}
	for _, policy := range []string{"follow", "auto-adjust"} {
		if lost[policy] == 0 || cost[policy] >= cost["static-peak"] {
			t.Errorf("%s drops %v and costs %v", policy, lost[policy], cost[policy])
		}
	}
	if !(met["follow"] < met["follow(headroom 3)"] && cost["follow"] < cost["follow(headroom 3)"]) {
		t.Errorf("headroom: attainment %v, cost %v", met, cost)
	}
}

func TestAccuracyHasItsPrice(t *testing.T) {
	r := run(t, prepare(t, "accuracy", file.Change{Path: "replications", Value: "1"}), 2)
	accuracy, cost := means(r, "accuracy"), means(r, "cost")
	sizes := []string{"vit-tiny", "vit-small", "vit-base", "vit-large"}
	for i, large := range sizes[1:] {
		if small := sizes[i]; !(accuracy[small] < accuracy[large] && cost[small] <= cost[large]) {
			t.Errorf("%s and %s: accuracy %v, cost %v", small, large, accuracy, cost)
		}
	}
	if cost["any"] > cost["vit-tiny"] {
		t.Errorf("a free choice costs %v, the smallest network %v", cost["any"], cost["vit-tiny"])
	}
}
