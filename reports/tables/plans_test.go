package tables

import (
	"strings"
	"testing"

	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/reportstest"
	"wavetank/reports/store"
)

// planned makes results of three policies: a scaler, a policy whose solver knows no bound, and a
// policy whose solver knows one.
func planned(t *testing.T) *analysis.Analysis {
	t.Helper()
	r := store.Archive{Manifest: store.Manifest{Scenario: "s", Policies: []string{"hpa", "greedy", "lp"}}}
	add := func(replication int, policy, scope, metric string, value float64) {
		r.Rows = append(r.Rows, rows.Row{Scenario: "s", Policy: policy, Replication: replication,
			Measurement: rows.Measurement{Scope: scope, Metric: metric, Unit: "1", Value: value}})
	}
	for replication, worst := range []float64{10, 20} {
		add(replication, "hpa", rows.All, "arrived", 100)
		for _, p := range []string{"greedy", "lp"} {
			add(replication, p, rows.All, "plans", 40)
			add(replication, p, rows.All, "plans_altered", 2.5)
		}
		add(replication, "greedy", rows.All, "plans_exact", 0)
		add(replication, "lp", rows.All, "plans_exact", 50+worst)
		add(replication, "lp", rows.All, "plan_gap_mean", worst/10)
		add(replication, "lp", rows.All, "plan_gap_max", worst)
		add(replication, "lp", "vit", analysis.DemandPrice, 0.0284)
		add(replication, "lp", "bert", analysis.DemandPrice, -1.5)
		add(replication, "lp", "machine:big", analysis.LimitPrice, 0)
		add(replication, "lp", "machine:small", analysis.LimitPrice, 0.2)
	}
	a, err := analysis.Of(r)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestPlansHaveTheirTables: the worst gap is the worst of all replications, and the other numbers
// are means. The scaler has no solver, so it has no line. The limit of the big machine is never
// reached, so it has no price.
func TestPlansHaveTheirTables(t *testing.T) {
	s := &sheet{planned(t)}
	var b strings.Builder
	for _, table := range append([]table{s.plans()}, s.prices()...) {
		table.markdown(&b, "#")
	}
	const want = `# How good the plans are, by what their solvers prove

| Policy | Plans in a run | Proved optimal (%) | Altered later (%) | Mean cost gap (%) | Worst cost gap (%) |
|---|--:|--:|--:|--:|--:|
| greedy | 40 | 0 | 2.5 | – | – |
| lp | 40 | 65 | 2.5 | 1.5 | 20 |

# What one more request per second would cost ($/h)

| Policy | vit | bert |
|---|--:|--:|
| lp | 0.028 | −1.5 |

# What one more machine than the limit would save at most ($/h)

| Policy | small |
|---|--:|
| lp | 0.20 |

`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

// TestPlansStandInTheReport: metrics of plans stand in their own tables and in no other. The report
// defines them. The text that every run prints shows them.
func TestPlansStandInTheReport(t *testing.T) {
	a := planned(t)
	report := Markdown(a, nil)
	for text, want := range map[string]int{
		"## What the plans are worth\n": 1, "### How good the plans are, by what their solvers prove\n": 1,
		"### Other": 0, "By model": 0, "- Proved optimal: ": 1, "- Price of demand: ": 1,
	} {
		if n := strings.Count(report, text); n != want {
			t.Errorf("%q stands %d times in the report, want %d", text, n, want)
		}
	}
	var b strings.Builder
	if err := (Terminal{Width: 80}).Print(&b, a); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "\nlp      40        65           2.5        1.5        20\n") {
		t.Errorf("no plans in\n%s", b.String())
	}
}

// TestTheGapOfWhatIsUnservedHasAColumn where some plan leaves demand unserved.
func TestTheGapOfWhatIsUnservedHasAColumn(t *testing.T) {
	a := planned(t)
	for replication, gap := range []float64{1, 2} {
		a.Rows = append(a.Rows, rows.Row{Scenario: "s", Policy: "lp", Replication: replication,
			Measurement: rows.Measurement{Scope: rows.All, Metric: "plan_unserved_gap", Unit: "%", Value: gap}})
	}
	again, err := analysis.Of(a.Archive)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	made := (&sheet{again}).plans()
	made.markdown(&b, "#")
	for _, want := range []string{"| Policy | Unserved gap (%) |\n|---|--:|\n| greedy | – |\n| lp | 1.5 |\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}

func TestNoSolverNoTableOfPlans(t *testing.T) {
	a, err := analysis.Of(reportstest.Small())
	if err != nil {
		t.Fatal(err)
	}
	s := &sheet{a}
	for _, table := range append([]table{s.plans()}, s.prices()...) {
		if len(table.head) > 1 || len(table.lines) > 0 {
			t.Errorf("a table without contents: %+v", table)
		}
	}
}
