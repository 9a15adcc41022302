package reports

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
)

// judged adds to made results what verdicts are of: objectives, rates of cost, and what was rented.
func judged(r Results) Results {
	r.Manifest.Objectives = []rows.Objective{{Scope: "resnet50", Name: "resnet50", Percent: 99, About: "latency 200ms", Latency: 0.2}}
	r.Manifest.Clairvoyant = keep(r.Manifest.Policies, func(p string) bool { return strings.HasPrefix(p, "static-") })
	llama := slices.ContainsFunc(r.Rows, func(row rows.Row) bool { return row.Scope == "llama" })
	if llama {
		r.Manifest.Objectives = append(r.Manifest.Objectives,
			rows.Objective{Scope: "llama", Name: "llama", Percent: 95, About: "first-token 1s, per-token 80ms", FirstToken: 1, PerToken: 0.08})
	}
	for _, row := range slices.Clone(r.Rows) {
		add := func(scope, metric, unit string, value float64) {
			row.Measurement = rows.Measurement{Scope: scope, Metric: metric, Unit: unit, Value: value}
			r.Rows = append(r.Rows, row)
		}
		switch v := row.Value; {
		case row.Scope == everything && row.Metric == "cost":
			add(everything, "cost_rate", "$/h", v/1.5)
			for _, held := range [][2]string{{machineScope + "g5.xlarge", "machines"}, {replicaScope + "resnet50@g5.xlarge", "replicas"}} {
				add(held[0], held[1]+"_min", "1", math.Floor(v/16))
				add(held[0], held[1], "1", v/16)
				add(held[0], held[1]+"_max", "1", math.Ceil(v/16))
			}
			add(everything, "machines", "1", math.Ceil(v/16))
		case llama && row.Scope == everything && row.Metric == "slo_attainment":
			add("llama", "slo_attainment", "%", 94.8+v-99.5)
		}
	}
	return r
}

// verdicts makes results in which every policy has the shares and costs that are given, one for
// each replication.
func verdicts(objectives []rows.Objective, policies map[string]map[string][]float64) Results {
	r := Results{Manifest: Manifest{Scenario: "day", Objectives: objectives}}
	for _, name := range slices.Sorted(maps.Keys(policies)) {
		for _, scope := range slices.Sorted(maps.Keys(policies[name])) {
			for i, v := range policies[name][scope] {
				m := rows.Measurement{Scope: scope, Metric: "slo_attainment", Unit: "%", Value: v}
				if scope == "$" {
					m = rows.Measurement{Scope: everything, Metric: "cost", Unit: "$", Value: v}
				}
				r.Rows = append(r.Rows, rows.Row{Scenario: "day", Policy: name, Replication: i, Measurement: m})
				r.Manifest.Replications = max(r.Manifest.Replications, i+1)
			}
		}
	}
	return r
}

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
			[]string{"`a` is the cheapest policy that keeps every objective: 9 $.", "Missed: `b` (`llm` 79.0 % [78.9, 79.1] against 95 %)."}},
		"the cheaper one wins": {map[string]map[string][]float64{"a": good(9), "b": good(8)}, nil,
			[]string{"`b` is the cheapest policy", "Kept too, at a higher cost: `a` (9 $)."}},
		"costs that are not told apart": {map[string]map[string][]float64{"a": good(9),
			"b": shares(around(99.9, 0.02), around(97.4, 0.1), around(8.99, 0.3))}, nil,
			[]string{"`b` is the cheapest", "Kept too, with no difference in cost shown: `a` (9 $)."}},
		"who knows the future never wins": {map[string]map[string][]float64{"a": good(9), "b": good(8)}, []string{"b"},
			[]string{"`a` is the cheapest policy", "Kept too, but only by knowing the load beforehand: `b` † (8 $)."}},
		"nobody keeps them": {map[string]map[string][]float64{"a": bad, "b": worse}, nil,
			[]string{"No policy keeps every objective.", "`a` misses least: `llm` 79.0 % [", "Missed: `b` (`llm` 75.0 % [74.9, 75.1] against 95 %, and 1 more)."}},
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
		r := verdicts(two, c.policies)
		r.Manifest.Clairvoyant = c.clairvoyant
		text := markdown(t, r)
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", name, want, text)
			}
		}
	}
	text := markdown(t, verdicts(two, map[string]map[string][]float64{"a": {"vision": {99.9}, "llm": {97}, "$": {9}}, "b": {"vision": {99.2}, "llm": {96}, "$": {4}}}))
	for _, want := range []string{
		"No policy is shown to keep every objective: one replication has no interval.",
		"`b` comes nearest: `vision` 99.2 % against 99 % (4 $).", // both reach the objectives, and it is cheaper
		"More replications may show more, such as --replications 10.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestWhatHasNoObjectiveHasNoVerdict(t *testing.T) {
	r := verdicts([]rows.Objective{{Scope: "a", Name: "a", Percent: 99}, {Scope: "b", Name: "b", About: "judged as a part of p"}},
		map[string]map[string][]float64{"p": {"a": {99.9, 99.9}, "b": {50, 50}, "$": {1, 1}}})
	if text := markdown(t, r); !strings.Contains(text, "No verdict for `b`: judged as a part of p.") || !strings.Contains(text, "`p` keeps the objective") {
		t.Error(text)
	}
	r.Manifest.Objectives = nil
	if text := markdown(t, r); !strings.Contains(text, "No objective is known, so there is no verdict.") {
		t.Error(text)
	}
}

func TestSharesStayOnTheirSideOfTheObjective(t *testing.T) {
	of := func(mean, low, high float64) compare.Interval {
		return compare.Interval{Mean: mean, Low: low, High: high, N: 5}
	}
	for _, c := range []struct {
		percent float64
		share   compare.Interval
		want    string
	}{
		{99, of(100, 100, 100), "100 [100, 100]"},
		{95, of(59.06, 59.06, 59.06), "59.1 [59.1, 59.1]"},
		{99, of(99.99999, 99.9999, 100), "99.9 [99.9, 100]"},
		{99, of(99.2, 98.97, 99.4), "99.20 [98.97, 99.40]"},
		{99, of(98.5, 98.1, 98.9996), "98.5000 [98.1000, 98.9996]"},
		{95, of(78.9, 67, 102), "79 [67, 100]"},
		{99, of(75.2, 74.6, 76.2), "75 [75, 76]"},
		{99, of(75.2, 74.6, 75.4), "75.2 [74.6, 75.4]"},
		{99.9, of(99.94, 99.91, 99.97), "99.94 [99.91, 99.97]"},
		{95, compare.Interval{Mean: 97.123, Low: math.NaN(), High: math.NaN(), N: 1}, "97.1"},
	} {
		if got := shareText(compare.Verdict{Objective: rows.Objective{Percent: c.percent}, Share: c.share}); got != c.want {
			t.Errorf("%v of %v: got %q, want %q", c.share, c.percent, got, c.want)
		}
	}
}

func TestColourChangesNoText(t *testing.T) {
	codes := regexp.MustCompile("\x1b\\[[0-9;]*m")
	r := judged(withTokens(synthetic(small)))
	for _, look := range []Look{{Width: 80}, {Width: 120, Full: true}, {Width: 80, Quiet: true}} {
		bare := printed(t, r, look)
		look.Colour = true
		coloured := printed(t, r, look)
		if coloured == bare || codes.ReplaceAllString(coloured, "") != bare {
			t.Errorf("%+v: with colours it is\n%s", look, coloured)
		}
	}
}

func TestTablesOfTheReportAreNarrow(t *testing.T) {
	for line := range strings.SplitSeq(markdown(t, judged(withTokens(synthetic(shape{names(12), 3, 12})))), "\n") {
		if strings.HasPrefix(line, "|") && strings.Count(line, "|")-1 > widest {
			t.Errorf("more than %d columns: %s", widest, line)
		}
	}
}

func TestWhatToRent(t *testing.T) {
	r := Results{Manifest: Manifest{Scenario: "day"}}
	for i := range 2 {
		for _, c := range []struct {
			policy, scope        string
			least, mean, most    float64
			leastLater, mostEver float64
		}{
			{"a", "machine:big", 2, 3.25, 4, 1, 5}, {"a", "machine:small", 1, 1, 1, 1, 1}, {"a", "machine:none", 0, 0, 0, 0, 0},
			{"b", "machine:big", 0, 0, 0, 0, 0}, {"b", "machine:small", 2, 2, 2, 2, 2}, {"b", "machine:none", 0, 0, 0, 0, 0},
		} {
			if i == 1 {
				c.least, c.most = c.leastLater, c.mostEver
			}
			for metric, v := range map[string]float64{"machines_min": c.least, "machines": c.mean, "machines_max": c.most} {
				r.Rows = append(r.Rows, rows.Row{Scenario: "day", Policy: c.policy, Replication: i, Measurement: rows.Measurement{Scope: c.scope, Metric: metric, Unit: "1", Value: v}})
			}
		}
	}
	s, err := analyse(r)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"a", "3.2 (1–5)", "1"}, {"b", "0", "2"}}
	if got := s.machines(); !slices.Equal(got.head, []string{"Policy", "big", "small"}) || !slices.EqualFunc(got.lines, want, slices.Equal[[]string]) {
		t.Errorf("%q: %q, want %q", got.head, got.lines, want)
	}
	if got, want := s.rent("a", plain), "1 to 5 big (mean 3.2) and 1 small"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWarningsAreMarkedWhereTheirNumbersStand(t *testing.T) {
	r := judged(synthetic(small))
	for _, row := range slices.Clone(r.Rows) {
		if row.Policy == "static-mean" && row.Metric == "cost" {
			for metric, v := range map[string]float64{"wanted": 6000, "held_back": 4500, "client_wait_mean": 100, "client_wait_max": 200} {
				row.Measurement = rows.Measurement{Scope: everything, Metric: metric, Unit: "1", Value: v}
				r.Rows = append(r.Rows, row)
			}
		}
	}
	text := printed(t, r, Look{Width: 200})
	if !strings.Contains(text, "static-mean † ¹ ") || strings.Contains(text, "static-peak † ¹") || !strings.Contains(text, "\n¹ Warning: static-mean †: the client held back 4,500 of 6,000") {
		t.Error(text)
	}
	if text := markdown(t, r); !strings.Contains(text, "| static-mean † ¹ |") || !strings.Contains(text, "\n¹ the client held back") {
		t.Error(text)
	}
}

// TestDoubtOfAllPoliciesIsToldOnce names no policy with a warning that all of them share.
func TestDoubtOfAllPoliciesIsToldOnce(t *testing.T) {
	r := judged(synthetic(small))
	for _, row := range slices.Clone(r.Rows) {
		if row.Metric == "cost" {
			for metric, v := range map[string]float64{"wanted": 6000, "held_back": 4500, "client_wait_mean": 100, "client_wait_max": 200} {
				row.Measurement = rows.Measurement{Scope: everything, Metric: metric, Unit: "1", Value: v}
				r.Rows = append(r.Rows, row)
			}
		}
	}
	const doubt = "the client held back 4,500 of 6,000"
	text := printed(t, r, Look{Width: 200})
	if strings.Count(text, doubt) != 1 || !strings.Contains(text, "Warning: "+doubt) {
		t.Error(text)
	}
}
