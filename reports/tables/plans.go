package tables

import (
	"math"
	"strings"

	"wavetank/reports/analysis"
	"wavetank/reports/wording"
)

// plans makes the table of how good the plans of solvers are. It has a line for each policy with a
// solver.
func (s *sheet) plans() table {
	t := table{title: "How good the plans are, by what their solvers prove", head: []string{"Policy"}}
	var list []analysis.PlanQuality
	for _, l := range s.Lines {
		if q, solved := s.Quality(l.Policy); solved {
			list = append(list, q)
			t.lines = append(t.lines, []string{s.Label(l, false)})
		}
	}
	if len(list) == 0 {
		return t
	}
	for _, column := range []struct {
		head  string
		value func(analysis.PlanQuality) float64
	}{
		{"Plans\nin a run", func(q analysis.PlanQuality) float64 { return math.Round(q.Plans) }},
		{"Proved\noptimal (%)", func(q analysis.PlanQuality) float64 { return q.Exact }},
		{"Altered\nlater (%)", func(q analysis.PlanQuality) float64 { return q.Altered }},
		{"Mean cost\ngap (%)", func(q analysis.PlanQuality) float64 { return q.MeanGap }},
		{"Worst cost\ngap (%)", func(q analysis.PlanQuality) float64 { return q.WorstGap }},
		{"Unserved\ngap (%)", func(q analysis.PlanQuality) float64 { return q.UnservedGap }},
	} {
		values, known := make([]float64, len(list)), false
		for i, q := range list {
			values[i] = column.value(q)
			known = known || !math.IsNaN(values[i])
		}
		if strings.HasPrefix(column.head, "Unserved") && !known {
			continue // the limits left no demand unserved
		}
		t.shares(column.head, values)
	}
	return t
}

// prices makes two tables of shadow prices. The first prices one more request per second of each
// model. The second prices one more machine of each type whose limit some plan reaches.
func (s *sheet) prices() []table {
	return []table{
		s.priceTable("What one more request per second would cost ($/h)", analysis.DemandPrice),
		s.priceTable("What one more machine than the limit would save at most ($/h)", analysis.LimitPrice),
	}
}

// priceTable has a line for each policy that knows a price, and a column for each scope.
func (s *sheet) priceTable(title, metric string) table {
	t := table{title: title, head: []string{"Policy"}}
	columns := s.Priced(metric)
	known := analysis.Keep(s.Lines, func(l analysis.Line) bool {
		for _, c := range columns {
			if s.At(l.Policy, c) != nil {
				return true
			}
		}
		return false
	})
	for _, l := range known {
		t.lines = append(t.lines, []string{s.Label(l, false)})
	}
	for _, c := range columns {
		texts := make([]string, len(known))
		for i, l := range known {
			if texts[i] = "–"; s.At(l.Policy, c) != nil {
				texts[i] = wording.Digits(s.At(l.Policy, c).Value.Mean, 2)
			}
		}
		t.head = append(t.head, strings.TrimPrefix(c.Scope, analysis.MachineScope))
		for i, text := range alignAtPoint(texts) {
			t.lines[i] = append(t.lines[i], text)
		}
	}
	return t
}
