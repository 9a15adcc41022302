package tables

import (
	"strings"
	"testing"

	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/reportstest"
	"wavetank/reports/store"
)

// missing makes results of two policies with ten thousand requests each. The counts are misses of
// both policies for each metric.
func missing(t *testing.T, counts map[string][2]float64) *sheet {
	t.Helper()
	r := store.Archive{Manifest: store.Manifest{Scenario: "s", Policies: []string{"a", "b"}}}
	for i, p := range r.Manifest.Policies {
		add := func(metric string, n float64) {
			r.Rows = append(r.Rows, rows.Row{Scenario: "s", Policy: p, Measurement: rows.Measurement{Scope: rows.All, Metric: metric, Unit: "1", Value: n}})
		}
		add("arrived", 10_000)
		for _, c := range []string{"missed_rejected", "missed_dropped", "missed_unplanned", "missed_service", "given_up_burst"} {
			add(c, counts[c][i])
		}
	}
	a, err := analysis.Of(r)
	if err != nil {
		t.Fatal(err)
	}
	return &sheet{a}
}

func TestCausesAreSharesOfAllRequests(t *testing.T) {
	s := missing(t, map[string][2]float64{"missed_dropped": {25, 0}, "missed_unplanned": {1200, 3}, "given_up_burst": {25, 0}})
	var b strings.Builder
	for _, table := range s.misses(rows.All) {
		table.markdown(&b, "#")
	}
	const want = `# Why requests were late or lost (% of all requests)

| Policy | All | Dropped | Too little planned |
|---|--:|--:|--:|
| a | 12 | 0.25 | 12 |
| b | 0.030 | 0 | 0.030 |

# Causes that dropped and rejected requests had met before (% of all requests)

| Policy | All | Burst |
|---|--:|--:|
| a | 0.25 | 0.25 |
| b | 0 | 0 |

`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestNoMissesNoTable(t *testing.T) {
	var b strings.Builder
	for _, table := range missing(t, nil).misses(rows.All) {
		table.markdown(&b, "#")
	}
	if b.String() != "" {
		t.Errorf("a table without contents:\n%s", b.String())
	}
}

// TestCausesHaveTablesOfTheirOwn: causes stand in no other table, and the report defines the causes
// that occur.
func TestCausesHaveTablesOfTheirOwn(t *testing.T) {
	a, err := analysis.Of(reportstest.WithMisses(reportstest.Small()))
	if err != nil {
		t.Fatal(err)
	}
	report := Markdown(a, nil)
	for text, want := range map[string]int{
		"### Why requests were late or lost (% of all requests)\n": 1, "### resnet50: Why requests were late or lost (% of its requests)\n": 1,
		"Missed: batch wait:": 0, "Missed: none ready:": 1, "### Other": 0, "| Missed: ": 0,
	} {
		if n := strings.Count(report, text); n != want {
			t.Errorf("%q stands %d times in the report, want %d", text, n, want)
		}
	}
}
