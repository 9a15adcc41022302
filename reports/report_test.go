package reports

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs; -update rewrites it\n%s", path, diff)
	}
}

// terminal prints everything.
func terminal(t testing.TB, r Results, width int) string {
	t.Helper()
	return printed(t, r, Look{Width: width, Full: true})
}

func printed(t testing.TB, r Results, look Look) string {
	t.Helper()
	var b strings.Builder
	if err := Print(&b, r, look); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func markdown(t testing.TB, r Results) string {
	t.Helper()
	s, err := analyse(r)
	if err != nil {
		t.Fatal(err)
	}
	return s.report(s.pictures())
}

func TestGoldenReports(t *testing.T) {
	r := judged(synthetic(small))
	r.Manifest.Warnings = []string{"accuracy of resnet50 is an assumption"}
	golden(t, "terminal.txt", terminal(t, r, 120))
	golden(t, "terminal-80.txt", printed(t, r, Look{Width: 80}))
	golden(t, "terminal-quiet.txt", printed(t, r, Look{Width: 80, Quiet: true}))
	golden(t, "report.md", markdown(t, r))
	single := judged(synthetic(shape{small.policies, 1, 24}))
	single.Manifest.Interrupted, single.Manifest.Replications = true, 10
	golden(t, "terminal-one-replication.txt", printed(t, single, Look{Width: 80}))
	llm := judged(withTokens(synthetic(small)))
	golden(t, "terminal-tokens.txt", printed(t, llm, Look{Width: 80}))
	golden(t, "report-tokens.md", markdown(t, llm))
}

func TestNoLineIsWiderThanTheTerminal(t *testing.T) {
	r := judged(withTokens(synthetic(shape{names(12), 3, 12})))
	for _, limit := range []int{80, 120, 200} {
		for _, look := range []Look{{Width: limit}, {Width: limit, Full: true}, {Width: limit, Quiet: true}} {
			for line := range strings.SplitSeq(printed(t, r, look), "\n") {
				if width(line) > limit {
					t.Errorf("%d characters at a width of %d: %s", width(line), limit, line)
				}
			}
		}
	}
}

// TestEveryNumberHasItsInterval lets a number stand alone only where it is the same in every
// replication.
func TestEveryNumberHasItsInterval(t *testing.T) {
	s, err := analyse(judged(synthetic(small)))
	if err != nil {
		t.Fatal(err)
	}
	alone := 0
	for _, g := range s.groups() {
		columns := s.overall(g)
		for i, line := range s.values(g.title, columns).lines {
			for j, text := range line[1:] {
				if strings.Contains(text, "±") {
					continue
				}
				alone++
				if c := s.at(s.lines[i].policy, columns[j]); c == nil || c.Value.Half() != 0 {
					t.Errorf("%s of %s is %q", columns[j].metric, line[0], text)
				}
			}
		}
	}
	if alone == 0 {
		t.Error("no number is constant")
	}
}

func TestNoMarkWhereTheIntervalHoldsZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Results{Manifest: Manifest{Scenario: "day", Baseline: "base", Replications: 4}}
		for _, policy := range []string{"base", "a", "b", "c"} {
			for i, v := range rapid.SliceOfN(rapid.Float64Range(0, 3), 4, 4).Draw(t, policy) {
				r.Rows = append(r.Rows, rows.Row{Scenario: "day", Policy: policy, Replication: i, Measurement: rows.Measurement{Scope: "all", Metric: "cost", Unit: "$", Value: v}})
			}
		}
		s, err := analyse(r)
		if err != nil {
			t.Fatal(err)
		}
		at := column{"all", "cost"}
		values, differences := s.values("", []column{at}), s.differences("", []column{at})
		for i, line := range differences.lines {
			d := s.at(line[0], at).Difference
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
	r := judged(withTokens(synthetic(small)))
	r.Rows = append(r.Rows, rows.Row{Scenario: r.Manifest.Scenario, Policy: small.policies[0], Measurement: rows.Measurement{Scope: "all", Metric: "novel", Unit: "1", Value: 1}})
	s, err := analyse(r)
	if err != nil {
		t.Fatal(err)
	}
	tables := map[column][]string{}
	for _, g := range s.groups() {
		for _, c := range s.overall(g) {
			tables[c] = append(tables[c], g.title)
		}
		for _, metric := range g.detail {
			if !slices.Contains(g.metrics, metric) {
				t.Errorf("%s: %s is a detail of nothing", g.title, metric)
			}
		}
	}
	for _, scope := range s.scopes() {
		for _, part := range s.scoped(scope) {
			for _, c := range part.columns {
				tables[c] = append(tables[c], part.title)
			}
		}
	}
	for _, c := range s.columns {
		if strings.HasPrefix(c.scope, machineScope) || strings.HasPrefix(c.scope, replicaScope) {
			continue // in the tables of what to rent
		}
		other := slices.Contains(tables[c], "Other") || slices.Contains(tables[c], "llama: other")
		if len(tables[c]) != 1 && !s.idle(c) || other != (c.metric == "novel") {
			t.Errorf("%v stands in %q", c, tables[c])
		}
	}
}

func TestRunsOfLLMsAreJudgedByTheirTokens(t *testing.T) {
	_, differences, _ := strings.Cut(terminal(t, judged(withTokens(synthetic(small))), 120), "\nDifference to ")
	decides := printed(t, judged(withTokens(synthetic(small))), Look{Width: 120})
	for _, want := range []string{"TTFT", "TPOT"} {
		if !strings.Contains(differences, want+" p95") || !strings.Contains(decides, want) {
			t.Errorf("no %s in\n%s%s", want, decides, differences)
		}
	}
	if strings.Contains(terminal(t, synthetic(small), 120), "TTFT") {
		t.Error("a run without LLMs has a TTFT")
	}
}

func TestClassesAndTenantsHaveTheirTables(t *testing.T) {
	r := synthetic(small)
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
	r := synthetic(shape{[]string{"a|b", "<script>*x*_y_`z`"}, 2, 2})
	text := markdown(t, r)
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, "| ") && strings.Contains(line, "script") && !strings.Contains(line, "&lt;script>\\*x\\*\\_y\\_\\`z\\`") {
			t.Errorf("not escaped: %s", line)
		}
	}
	if !strings.Contains(text, `| a\|b (baseline) |`) {
		t.Error("no escaped bar")
	}
}

func TestScales(t *testing.T) {
	of := func(mean, half float64) compare.Interval {
		i := compare.Symmetric(mean, half)
		i.N = 5
		return i
	}
	inf := math.Inf(1)
	for _, c := range []struct {
		unit string
		i    compare.Interval
		want string
	}{
		{"s", of(0.0123456, 0.00012), "12.35 ± 0.12 ms"},
		{"s", of(12.3456, 1.2), "12.3 ± 1.2 s"},
		{"s", of(0.000012, 0.0000031), "12.0 ± 3.1 µs"},
		{"s", of(5400, 600), "90 ± 10 min"},
		{"$", of(0, 0), "0 $"},
		{"$", of(4.27123, 0), "4.271 $"},
		{"s", of(0.006734, 0), "6.734 ms"},
		{"$", of(4.27123, 0.00002), "4.2712 $"}, // every digit is sure
		{"$", of(1234.5, 0.0001), "1234.5 $"},
		{"1/s", of(0.00008, 0.00012), "0.00008 ± 0.00012/s"},
		{"s", of(0.78, 1.08), "800 ± 1100 ms"},
		{"1", of(0.003, 12), "0 ± 12"}, // no digit is sure
		{"1", of(531224, 365), "531220 ± 370"},
		{"1", of(2.0004, 0.0996), "2.00 ± 0.10"},
		{"%", of(99.99998, 0.00004), "99.999980 ± 0.000040 %"},
		{"1/s", of(400, 12), "400 ± 12/s"},
		{"1", of(3, math.NaN()), "3"},
		{"1", of(0.00012346, math.NaN()), "0.0001235"},
		{"s", of(inf, math.NaN()), "∞ s"},
		{"%", of(math.NaN(), math.NaN()), "– %"},
		{"%", of(-3.21, 0.11), "−3.21 ± 0.11 %"},
		{"%", of(-0.194, 0.191), "−0.19 ± 0.19 %"},
	} {
		sc := scaleOf(c.unit, []compare.Interval{c.i})
		text := sc.number(c.i)
		if half := sc.half(c.i); half != "" {
			text += " ± " + half
		}
		if got := sc.with(text); got != c.want {
			t.Errorf("%v ± %v %s: got %q, want %q", c.i.Mean, c.i.Half(), c.unit, got, c.want)
		}
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

func TestSpans(t *testing.T) {
	for seconds, want := range map[float64]string{86400: "24 h", 1800: "30 min", 5400: "1.5 h", 90: "1.5 min", 12: "12 s", 0: "0 s", 0.25: "0.25 s"} {
		if got := span(seconds); got != want {
			t.Errorf("%v s: got %q, want %q", seconds, got, want)
		}
	}
}
