package analysis

import (
	"math"
	"strings"
	"testing"

	"wavetank/metrics/rows"
	"wavetank/reports/reportstest"
	"wavetank/reports/store"
)

// yardsticks makes results of two runs of an oracle, of a policy that keeps the objective, and of a
// policy that misses it.
func yardsticks(t *testing.T, change func(*store.Manifest)) *Analysis {
	t.Helper()
	r := reportstest.Verdicts([]rows.Objective{{Scope: rows.All, Name: "m", Percent: 95}}, map[string]map[string][]float64{
		"oracle": {rows.All: {96, 96}, "$": {10, 10}}, "dp": {rows.All: {97, 97}, "$": {12, 13}}, "hpa": {rows.All: {90, 90}, "$": {8, 8}},
	})
	for _, p := range []string{"dp", "hpa"} {
		m := rows.Measurement{Scope: rows.All, Metric: "work_bound", Unit: "$", Value: 5}
		r.Rows = append(r.Rows, rows.Row{Scenario: "day", Policy: p, Measurement: m}, rows.Row{Scenario: "day", Policy: p, Replication: 1, Measurement: m})
	}
	r.Manifest.Clairvoyant = []string{"oracle"}
	r.Manifest.References = []store.Sought{{Policy: "oracle", Moves: true, Found: "hold 0s", Runs: 7, Reached: true}}
	change(&r.Manifest)
	a, err := Of(r)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestGapsAreToTheOracleOrElseToTheBound: a policy that misses its objective has no gap, and the
// oracle has none. An oracle that misses the objective does not count as one.
func TestGapsAreToTheOracleOrElseToTheBound(t *testing.T) {
	for _, c := range []struct {
		to     string
		dp     float64
		change func(*store.Manifest)
	}{
		{"oracle", 0.25, func(*store.Manifest) {}},
		{"bound", 1.5, func(m *store.Manifest) { m.References[0].Reached = false }},
		{"bound", 1.5, func(m *store.Manifest) { m.References = nil }},
	} {
		a := yardsticks(t, c.change)
		gap, told := a.Gap("dp")
		if a.GapTo() != c.to || !told || math.Abs(gap-c.dp) > 1e-12 {
			t.Errorf("gap of dp to %s is %v, %v; want %v to %s", a.GapTo(), gap, told, c.dp, c.to)
		}
		if _, told := a.Gap("hpa"); told {
			t.Errorf("hpa misses its objective and has a gap to %s", c.to)
		}
		if _, told := a.Gap("oracle"); told {
			t.Error("the oracle has a gap")
		}
	}
}

func TestWhatWasFoundIsSaidAsItIs(t *testing.T) {
	for reached, want := range map[bool]string{
		true:  "oracle † is the cheapest schedule that was found to keep the objective, in 7 runs: hold 0s.",
		false: "No schedule was found that keeps the objective. oracle † is the one that misses least, in 7 runs: hold 0s.",
	} {
		a := yardsticks(t, func(m *store.Manifest) { m.References[0].Reached = reached })
		if got := strings.Join(a.Found(Plain), "\n"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	a := yardsticks(t, func(m *store.Manifest) { m.Budget, m.References[0].Reached = 3, false })
	if got := strings.Join(a.Found(Plain), "\n"); !strings.HasPrefix(got, "No schedule was found that keeps the objective within the budget of 3\u00a0$/h. ") {
		t.Errorf("with a budget: %q", got)
	}
}

func TestAgreementGoesBothWays(t *testing.T) {
	a := yardsticks(t, func(m *store.Manifest) { m.Agreed = []store.Agreed{{First: "dp", Second: "hpa", Percent: 40}} })
	one, known := a.Agreement("dp", "hpa")
	other, too := a.Agreement("hpa", "dp")
	if one != 40 || other != 40 || !known || !too {
		t.Errorf("%v, %v; %v, %v", one, known, other, too)
	}
	if _, known := a.Agreement("dp", "oracle"); known {
		t.Error("the agreement of dp with the oracle is known, but was not given")
	}
}
