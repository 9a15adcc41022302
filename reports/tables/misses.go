package tables

import (
	"math"
	"strings"

	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/wording"
)

// misses makes the tables of why the requests of a scope missed, as shares of all requests that
// arrived. The second table is about requests that were rejected or dropped, if there are any.
func (s *sheet) misses(scope string) []table {
	of, what := "", "all"
	if scope != rows.All {
		of, what = scope+": ", "its"
	}
	return []table{
		s.causes(of+"Why requests were late or lost (% of "+what+" requests)", scope, analysis.Missed),
		s.causes(of+"Causes that dropped and rejected requests had met before (% of "+what+" requests)", scope, analysis.GivenUp),
	}
}

// causes makes a table with the sum over all causes, then a column for each cause that occurs.
func (s *sheet) causes(title, scope, beginning string) table {
	t := table{title: title, head: []string{"Policy"}}
	shown := s.Causes(scope, beginning)
	if len(shown) == 0 {
		return t
	}
	sums := make([]float64, len(s.Lines))
	columns := make([][]float64, len(shown))
	for j, c := range shown {
		for i, l := range s.Lines {
			share := s.MissShare(l.Policy, c)
			columns[j] = append(columns[j], share)
			sums[i] += share
		}
	}
	for _, l := range s.Lines {
		t.lines = append(t.lines, []string{s.Label(l, false)})
	}
	t.shares("All", sums)
	for j, c := range shown {
		_, name, _ := strings.Cut(rows.Describe(c.Metric).Title, ": ")
		if at := strings.LastIndexByte(name, ' '); at > 0 {
			name = name[:at] + "\n" + name[at+1:]
		}
		t.shares(wording.Capital(name), columns[j])
	}
	return t
}

// shares adds a column of shares in percent. Each has two digits, but at most three decimals. NaN
// is printed as a dash.
func (t *table) shares(head string, values []float64) {
	const most = 3
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = wording.Fixed(v, min(most, max(0, wording.Decimals(v, 2))))
		switch {
		case math.IsNaN(v):
			texts[i] = "–"
		case v > 0 && v < 0.5e-3:
			texts[i] = "<0.001"
		}
	}
	t.head = append(t.head, head)
	for i, text := range alignAtPoint(texts) {
		t.lines[i] = append(t.lines[i], text)
	}
}
