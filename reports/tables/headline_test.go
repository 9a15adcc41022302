package tables

import (
	"fmt"
	"strings"
	"testing"

	"wavetank/metrics/rows"
	"wavetank/reports/reportstest"
)

func TestHeadline(t *testing.T) {
	two := []rows.Objective{{Scope: "vision", Name: "vision", Percent: 99}, {Scope: "llm", Name: "llm", Percent: 95}}
	around := func(mean, by float64) (list []float64) {
		for i := range 8 {
			list = append(list, mean+by*float64(1-i%2*2))
		}
		return list
	}
	shares := func(vision, llm, cost []float64) map[string][]float64 {
		return map[string][]float64{"vision": vision, "llm": llm, "$": cost}
	}
	good := func(cost float64) map[string][]float64 {
		return shares(around(99.9, 0.02), around(97.5, 0.1), around(cost, 0.1))
	}
	bad := shares(around(99.9, 0.02), around(79, 0.1), around(1, 0))
	worse := shares(around(97, 0.1), around(75, 0.1), around(0.5, 0))
	vague := shares(around(99.9, 0.02), around(96, 3), around(1, 0))
	for name, c := range map[string]struct {
		policies    map[string]map[string][]float64
		clairvoyant []string
		want        []string
	}{
		"a starved model does not hide": {map[string]map[string][]float64{"a": good(9), "b": bad}, nil,
			[]string{"`a` is the cheapest policy that keeps every objective: 9 $.", "Missed: `b` (`llm` 79.0 % [78.9, 79.1] against 95 %, at 1 $)."}},
		"the cheaper one wins": {map[string]map[string][]float64{"a": good(9), "b": good(8)}, nil,
			[]string{"`b` is the cheapest policy", "Kept too, at a higher cost: `a` (9 $)."}},
		"costs that are not told apart": {map[string]map[string][]float64{"a": good(9),
			"b": shares(around(99.9, 0.02), around(97.4, 0.1), around(8.99, 0.3))}, nil,
			[]string{"`b` is the cheapest", "Kept too, with no difference in cost shown: `a` (9 $)."}},
		"who knows the future never wins": {map[string]map[string][]float64{"a": good(9), "b": good(8)}, []string{"b"},
			[]string{"`a` is the cheapest policy", "Kept too, but only by knowing the load beforehand: `b` † (8 $)."}},
		"nobody keeps them": {map[string]map[string][]float64{"a": bad, "b": worse}, nil,
			[]string{"No policy keeps every objective.", "`a` misses least: `llm` 79.0 % [", "Missed: `b` (`llm` 75.0 % [74.9, 75.1] against 95 %, and 1 more, at 0.5 $)."}},
		"only who knows the future": {map[string]map[string][]float64{"a": bad, "b": good(8)}, []string{"b"},
			[]string{"No policy keeps every objective without knowing the load beforehand.", "`a` misses least", "`b` † keeps them by knowing the load beforehand (8 $)."}},
		"of equal shares the cheapest": {map[string]map[string][]float64{"a": shares(around(99.9, 0.02), around(79, 0.1), around(2, 0)), "b": bad}, nil,
			[]string{"`b` misses least"}},
		"nothing of a model was measured": {map[string]map[string][]float64{"a": {"vision": around(99.9, 0.02), "$": around(9, 0.1)}, "b": worse}, nil,
			[]string{"No policy is shown to keep every objective.", "`a` keeps all but `llm`, of which nothing was measured (9 $)."}},
		"nothing was measured at all": {map[string]map[string][]float64{"a": {"$": around(9, 0.1)}}, nil,
			[]string{"No policy is shown to keep every objective.", "Not shown: `a` (`vision`: nothing was measured, and 1 more, at 9 $)."}},
		"nothing is shown": {map[string]map[string][]float64{"a": vague, "b": bad}, nil,
			[]string{"No policy is shown to keep every objective.", "`a` comes nearest: `llm` 96 % [", "Missed: `b` (`llm`", "More replications may show more, such as --replications 32."}},
		"a cheaper one may keep them": {map[string]map[string][]float64{"a": good(9), "b": vague}, nil,
			[]string{"`a` is the cheapest policy that is shown to keep every objective: 9 $.", "Not shown: `b` (`llm` 96 % ["}},
		"equal rows": {map[string]map[string][]float64{"a": good(9), "b": good(9), "c": bad}, nil,
			[]string{"`a` and `b` are the cheapest policies that keep every objective"}},
		"all know the future": {map[string]map[string][]float64{"a": good(9), "b": bad}, []string{"a", "b"},
			[]string{"Of policies that all know the load of the whole run beforehand (†), `a` † is the cheapest policy that keeps every objective"}},
	} {
		r := reportstest.Verdicts(two, c.policies)
		r.Manifest.Clairvoyant = c.clairvoyant
		text := markdown(t, r)
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", name, want, text)
			}
		}
	}
	text := markdown(t, reportstest.Verdicts(two, map[string]map[string][]float64{"a": {"vision": {99.9}, "llm": {97}, "$": {9}}, "b": {"vision": {99.2}, "llm": {96}, "$": {4}}}))
	for _, want := range []string{
		"No policy is shown to keep every objective: one replication has no interval.",
		// the means of both policies reach the objectives, and b is cheaper
		"`b` comes nearest: `vision` 99.2 % against 99 % (4 $).",
		"More replications may show more, such as --replications 10.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// TestHeadlineTellsTheBudget: the rent of the cheaper policy is above the budget for some of the
// time.
func TestHeadlineTellsTheBudget(t *testing.T) {
	one := []rows.Objective{{Scope: "vision", Name: "vision", Percent: 99}}
	kept := func(cost float64) map[string][]float64 {
		return map[string][]float64{"vision": {99.9, 99.8, 99.9, 99.8}, "$": {cost, cost, cost, cost}}
	}
	for name, c := range map[string]struct {
		over map[string][]float64 // for each policy: percent of the time, and largest excess in $/h
		want []string
	}{
		"one exceeds it": {map[string][]float64{"a": {0, 0}, "b": {12.5, 1.5}}, []string{
			"`a` is the cheapest policy that keeps the objective within the budget of 5 $/h: 9 $.",
			"Kept the objective, but not the budget: `b` (8 $, above the budget in 12.5 % of the time, by 1.5 $/h at most).",
			"| 12.5 %, 1.5 |", "| no |"}},
		"both exceed it": {map[string][]float64{"a": {100, 2}, "b": {12.5, 1.5}}, []string{
			"No policy keeps the objective within the budget of 5 $/h.",
			"Kept the objective, but not the budget: `a` (9 $, above the budget in 100 % of the time, by 2 $/h at most) and `b` ("}},
	} {
		r := reportstest.Verdicts(one, map[string]map[string][]float64{"a": kept(9), "b": kept(8)})
		r.Manifest.Budget = 5
		for _, policy := range []string{"a", "b"} {
			for i := range 4 {
				for at, metric := range []string{"over_budget", "over_budget_max"} {
					r.Rows = append(r.Rows, rows.Row{Scenario: "day", Policy: policy, Replication: i,
						Measurement: rows.Measurement{Scope: rows.All, Metric: metric, Unit: []string{"%", "$/h"}[at], Value: c.over[policy][at]}})
				}
			}
		}
		text := markdown(t, r)
		verdicts, err := encodeVerdicts(sheetFor(t, r))
		if b := fmt.Sprintf(",%v\n", c.over["b"][0]); err != nil || !strings.Contains(string(verdicts), b) {
			t.Errorf("%s: no %q in\n%s", name, b, verdicts)
		}
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", name, want, text)
			}
		}
	}
}

func TestWhatHasNoObjectiveHasNoVerdict(t *testing.T) {
	r := reportstest.Verdicts([]rows.Objective{{Scope: "a", Name: "a", Percent: 99}, {Scope: "b", Name: "b", About: "judged as a part of p"}},
		map[string]map[string][]float64{"p": {"a": {99.9, 99.9}, "b": {50, 50}, "$": {1, 1}}})
	if text := markdown(t, r); !strings.Contains(text, "No verdict for `b`: judged as a part of p.") || !strings.Contains(text, "`p` keeps the objective") {
		t.Error(text)
	}
	r.Manifest.Objectives = nil
	if text := markdown(t, r); !strings.Contains(text, "No objective is known, so there is no verdict.") {
		t.Error(text)
	}
}
