package tables

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/reportstest"
	"wavetank/reports/store"
)

// terminal returns what Print writes with Full.
func terminal(t testing.TB, r store.Archive, width int) string {
	t.Helper()
	return printed(t, r, Terminal{Width: width, Full: true})
}

func printed(t testing.TB, r store.Archive, look Terminal) string {
	t.Helper()
	var b strings.Builder
	if err := look.Print(&b, sheetFor(t, r).Analysis); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func markdown(t testing.TB, r store.Archive) string {
	t.Helper()
	return Markdown(sheetFor(t, r).Analysis, nil)
}

func sheetFor(t testing.TB, r store.Archive) *sheet {
	t.Helper()
	a, err := analysis.Of(r)
	if err != nil {
		t.Fatal(err)
	}
	return &sheet{a}
}

func TestNoLineIsWiderThanTheTerminal(t *testing.T) {
	r := reportstest.Judged(reportstest.WithTokens(reportstest.Synthetic(reportstest.Names(12), 3, 12)))
	for _, limit := range []int{80, 120, 200} {
		for _, look := range []Terminal{{Width: limit}, {Width: limit, Full: true}, {Width: limit, Quiet: true}} {
			for line := range strings.SplitSeq(printed(t, r, look), "\n") {
				if width(line) > limit {
					t.Errorf("%d characters at a width of %d: %s", width(line), limit, line)
				}
			}
		}
	}
}

// TestEveryNumberHasItsInterval allows a number without an interval only where it is the same in
// every replication.
func TestEveryNumberHasItsInterval(t *testing.T) {
	s := sheetFor(t, reportstest.Judged(reportstest.Small()))
	alone := 0
	for _, g := range s.Groups() {
		columns := s.Overall(g)
		for i, line := range s.values(g.Title, columns).lines {
			for j, text := range line[1:] {
				if strings.ContainsAny(text, "±[") {
					continue
				}
				alone++
				if c := s.At(s.Lines[i].Policy, columns[j]); c == nil || c.Value.Half() != 0 {
					t.Errorf("%s of %s is %q", columns[j].Metric, line[0], text)
				}
			}
		}
	}
	if alone == 0 {
		t.Error("no row of the report has a number that is constant")
	}
}

func TestNoMarkWhereTheIntervalHoldsZero(outer *testing.T) {
	rapid.Check(outer, func(t *rapid.T) {
		r := store.Archive{Manifest: store.Manifest{Scenario: "day", Baseline: "base", Replications: 4}}
		for _, policy := range []string{"base", "a", "b", "c"} {
			for i, v := range rapid.SliceOfN(rapid.Float64Range(0, 3), 4, 4).Draw(t, policy) {
				r.Rows = append(r.Rows, rows.Row{Scenario: "day", Policy: policy, Replication: i, Measurement: rows.Measurement{Scope: "all", Metric: "cost", Unit: "$", Value: v}})
			}
		}
		s := sheetFor(outer, r)
		at := analysis.Column{Scope: "all", Metric: "cost"}
		values, differences := s.values("", []analysis.Column{at}), s.differences("", []analysis.Column{at})
		for i, line := range differences.lines {
			d := s.At(line[0], at).Difference
			marked := strings.ContainsAny(line[1], "▲▼◆")
			if marked != (math.Abs(d.Mean) > d.Half()) || marked != strings.ContainsAny(values.lines[i+1][1], "▲▼◆") {
				t.Fatalf("difference %+v is printed as %q and %q", d, line[1], values.lines[i+1][1])
			}
			if marked && strings.Contains(line[1], "▲") != (d.Mean < 0) {
				t.Fatalf("difference of cost %+v is printed as %q", d, line[1])
			}
		}
	})
}

func TestEveryMetricStandsInOneTable(t *testing.T) {
	r := reportstest.Judged(reportstest.WithTokens(reportstest.Small()))
	r.Rows = append(r.Rows, rows.Row{Scenario: r.Manifest.Scenario, Policy: reportstest.Small().Manifest.Policies[0], Measurement: rows.Measurement{Scope: "all", Metric: "novel", Unit: "1", Value: 1}})
	s := sheetFor(t, r)
	tables := map[analysis.Column][]string{}
	for _, g := range s.Groups() {
		for _, c := range s.Overall(g) {
			tables[c] = append(tables[c], g.Title)
		}
		for _, metric := range g.Detail {
			if !slices.Contains(g.Metrics, metric) {
				t.Errorf("%s: the detail %s is not a metric of the group", g.Title, metric)
			}
		}
	}
	for _, scope := range s.Scopes() {
		for _, part := range s.Scoped(scope) {
			for _, c := range part.Columns {
				tables[c] = append(tables[c], part.Title)
			}
		}
	}
	for _, c := range s.Columns {
		if strings.HasPrefix(c.Scope, analysis.MachineScope) || strings.HasPrefix(c.Scope, analysis.ReplicaScope) {
			continue // is in the tables of machines and replicas
		}
		other := slices.Contains(tables[c], "Other") || slices.Contains(tables[c], "llama: other")
		if len(tables[c]) != 1 && !s.Idle(c) || other != (c.Metric == "novel") {
			t.Errorf("%v stands in %q", c, tables[c])
		}
	}
}

func TestRunsOfLLMsAreJudgedByTheirTokens(t *testing.T) {
	_, differences, _ := strings.Cut(terminal(t, reportstest.Judged(reportstest.WithTokens(reportstest.Small())), 120), "\nDifference to ")
	decides := printed(t, reportstest.Judged(reportstest.WithTokens(reportstest.Small())), Terminal{Width: 120})
	for _, want := range []string{"TTFT", "TPOT"} {
		if !strings.Contains(differences, want+" p95") || !strings.Contains(decides, want) {
			t.Errorf("no %s in\n%s%s", want, decides, differences)
		}
	}
	if strings.Contains(terminal(t, reportstest.Small(), 120), "TTFT") {
		t.Error("a run without LLMs has a TTFT")
	}
}

func TestClassesAndTenantsHaveTheirTables(t *testing.T) {
	r := reportstest.Small()
	for _, row := range r.Rows {
		if row.Scope == "all" && row.Metric == "slo_attainment" {
			for _, scope := range []string{"class:gold", "tenant:t3"} {
				row.Scope = scope
				r.Rows = append(r.Rows, row)
			}
		}
	}
	text := markdown(t, r)
	for _, heading := range []string{"## By model, class and tenant\n", "### class:gold\n", "### tenant:t3\n"} {
		if !strings.Contains(text, heading) {
			t.Errorf("no %q in\n%s", heading, text)
		}
	}
}

func TestNamesMeanThemselvesInMarkdown(t *testing.T) {
	r := reportstest.Synthetic([]string{"a|b", "<script>*x*_y_`z`"}, 2, 2)
	text := markdown(t, r)
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, "| ") && strings.Contains(line, "script") && !strings.Contains(line, "&lt;script>\\*x\\*\\_y\\_\\`z\\`") {
			t.Errorf("not escaped: %s", line)
		}
	}
	if !strings.Contains(text, `| a\|b (baseline) |`) {
		t.Error("the bar in a name is not escaped")
	}
}

func TestLongNamesAreFolded(t *testing.T) {
	for name, want := range map[string]string{
		"a":                           "a",
		"first-policy, second-policy": "first-policy,\nsecond-policy",
		"one, two, three-and-four":    "one, two,\nthree-and-four",
		"follow(ewma+q0.95)+best-fit": "follow(ewma+\nq0.95)+\nbest-fit",
		"a-name-of-many-words":        "a-name-of-\nmany-words",
		"abcdefghijklmnopqrstuvw":     "abcdefghijklmn\nopqrstuvw",
		"  abcdefghijklmnopqrstuvw":   "  abcdefghijklmn\nopqrstuvw",
	} {
		if got := fold(name, 14); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestColourChangesNoText(t *testing.T) {
	codes := regexp.MustCompile("\x1b\\[[0-9;]*m")
	r := reportstest.Judged(reportstest.WithTokens(reportstest.Small()))
	for _, look := range []Terminal{{Width: 80}, {Width: 120, Full: true}, {Width: 80, Quiet: true}} {
		bare := printed(t, r, look)
		look.Colour = true
		coloured := printed(t, r, look)
		if coloured == bare || codes.ReplaceAllString(coloured, "") != bare {
			t.Errorf("%+v: with colours it is\n%s", look, coloured)
		}
	}
}

func TestTablesOfTheReportAreNarrow(t *testing.T) {
	for line := range strings.SplitSeq(markdown(t, reportstest.Judged(reportstest.WithTokens(reportstest.Synthetic(reportstest.Names(12), 3, 12)))), "\n") {
		if strings.HasPrefix(line, "|") && strings.Count(line, "|")-1 > widest {
			t.Errorf("more than %d columns: %s", widest, line)
		}
	}
}

func TestWhatToRent(t *testing.T) {
	r := store.Archive{Manifest: store.Manifest{Scenario: "day"}}
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
	s := sheetFor(t, r)
	want := [][]string{{"a", "3.2 (1–5)", "1"}, {"b", "0", "2"}}
	if got := s.machines(); !slices.Equal(got.head, []string{"Policy", "big", "small"}) || !slices.EqualFunc(got.lines, want, slices.Equal[[]string]) {
		t.Errorf("%q: %q, want %q", got.head, got.lines, want)
	}
}

func TestWarningsAreMarkedWhereTheirNumbersStand(t *testing.T) {
	r := reportstest.Judged(reportstest.Small())
	for _, row := range slices.Clone(r.Rows) {
		if row.Policy == "static-mean" && row.Metric == "cost" {
			for metric, v := range map[string]float64{"wanted": 6000, "held_back": 4500, "client_wait_mean": 100, "client_wait_max": 200} {
				row.Measurement = rows.Measurement{Scope: rows.All, Metric: metric, Unit: "1", Value: v}
				r.Rows = append(r.Rows, row)
			}
		}
	}
	text := printed(t, r, Terminal{Width: 200})
	if !strings.Contains(text, "static-mean † ¹ ") || strings.Contains(text, "static-peak † ¹") || !strings.Contains(text, "\n¹ Warning: static-mean †: the client held back 4,500 of 6,000") {
		t.Error(text)
	}
	if text := markdown(t, r); !strings.Contains(text, "| static-mean † ¹ |") || !strings.Contains(text, "\n¹ the client held back") {
		t.Error(text)
	}
}

// TestANoteMarksALineOnce checks that two warnings with the same number mark the line of their
// policy once, and that another warning marks it, too.
func TestANoteMarksALineOnce(t *testing.T) {
	s := sheetFor(t, reportstest.Judged(reportstest.Small()))
	policy := []string{s.Lines[0].Policy}
	s.Warnings = []analysis.Warning{{Text: "saturated", Scope: "a", Policies: policy}, {Text: "saturated", Scope: "b", Policies: policy}, {Text: "cold", Policies: policy}}
	marked := table{lines: make([][]string, len(s.Lines))}
	for i := range marked.lines {
		marked.lines[i] = []string{"policy"}
	}
	s.annotate(&marked, nil)
	if got := marked.lines[0][0]; got != "policy ¹ ²" || len(marked.notes) != 2 {
		t.Errorf("the line is %q, the notes are %q", got, marked.notes)
	}
}

// TestDoubtOfAllPoliciesIsToldOnce checks that a warning that all policies share names none of
// them.
func TestDoubtOfAllPoliciesIsToldOnce(t *testing.T) {
	r := reportstest.Judged(reportstest.Small())
	for _, row := range slices.Clone(r.Rows) {
		if row.Metric == "cost" {
			for metric, v := range map[string]float64{"wanted": 6000, "held_back": 4500, "client_wait_mean": 100, "client_wait_max": 200} {
				row.Measurement = rows.Measurement{Scope: rows.All, Metric: metric, Unit: "1", Value: v}
				r.Rows = append(r.Rows, row)
			}
		}
	}
	const doubt = "the client held back 4,500 of 6,000"
	text := printed(t, r, Terminal{Width: 200})
	if strings.Count(text, doubt) != 1 || !strings.Contains(text, "Warning: "+doubt) {
		t.Error(text)
	}
}
