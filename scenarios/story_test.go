package scenarios

import (
	"cmp"
	"testing"
	"time"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/policies/allocation/control"
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

// TestADeadTimeLetsTheAlphaRuleSwingAboveItsLimit: in the last half hour of a load that does not
// change, the capacity stays where it is under an α below the limit, and swings for ever between
// nearly nothing and three times what is needed under twice the limit, though not where the rule
// sees its own plan.
func TestADeadTimeLetsTheAlphaRuleSwingAboveItsLimit(t *testing.T) {
	e := prepare(t, "dead-time", file.Change{Path: "replications", Value: "1"})
	const dead, calm = 4, 20 * 60. // periods; seconds
	if lead := e.Spec.Lead(0); (lead-1)/(15*time.Second) != dead {
		t.Errorf("what is ordered is ready after %v", lead)
	}
	if limit := (control.AutoAdjustOptions{Ready: true}).StableBelow(dead); !(0.3 < limit && limit < 0.7) {
		t.Errorf("the limit is %v", limit)
	}
	r := run(t, e, 2)
	type span struct {
		least, most, last float64
		turns, way        int // changes of direction, and the present one
	}
	spans := map[string]*span{}
	for _, s := range r.Series {
		if s.Scope != rows.All || s.Metric != "capacity" || s.Seconds < calm {
			continue
		}
		w := spans[s.Policy]
		if w == nil {
			w = &span{least: s.Value, most: s.Value, last: s.Value}
			spans[s.Policy] = w
		}
		if way := cmp.Compare(s.Value, w.last); way != 0 && way != w.way {
			w.turns, w.way = w.turns+1, way
		}
		w.least, w.most, w.last = min(w.least, s.Value), max(w.most, s.Value), s.Value
	}
	for _, policy := range []string{"plan 0.7", "ready 0.17", "ready 0.3"} {
		if w := spans[policy]; w == nil || w.most > 1.2*w.least {
			t.Errorf("%s swings below the limit: %+v", policy, w)
		}
	}
	if w := spans["ready 0.7"]; w == nil || w.most < 5*w.least || w.turns < 16 {
		t.Errorf("ready 0.7 does not swing above the limit: %+v", w)
	}
	met, cost := means(r, "slo_attainment"), means(r, "cost")
	if !(met["ready 0.7"] < met["ready 0.3"]-10 && cost["ready 0.7"] > 1.5*cost["ready 0.3"]) {
		t.Errorf("attainment is %v, cost %v", met, cost)
	}
}
