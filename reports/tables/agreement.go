package tables

import (
	"slices"

	"wavetank/reports/analysis"
	"wavetank/reports/wording"
)

// agreement makes the table of how often policies decide alike. It has a line and a column for each
// policy that does not know the load beforehand. With fewer than two such policies it has no
// columns behind the names.
func (s *sheet) agreement() table {
	t := table{title: "Decisions in which two policies agree on the replicas of every deployment (%)", head: []string{"Policy"}}
	known := analysis.Keep(s.Lines, func(l analysis.Line) bool {
		return slices.ContainsFunc(s.Lines, func(o analysis.Line) bool { _, known := s.Agreement(l.Policy, o.Policy); return known })
	})
	for i, l := range known {
		if i+1 < len(known) {
			t.head = append(t.head, s.Label(l, false))
		}
		line := []string{s.Label(l, false)}
		for j := range len(known) - 1 {
			text := ""
			if percent, told := s.Agreement(l.Policy, known[j].Policy); told && j < i {
				text = wording.Number(float64(int(10*percent+0.5)) / 10)
			}
			line = append(line, text)
		}
		if i > 0 {
			t.lines = append(t.lines, line)
		}
	}
	if len(known) < 2 {
		t.head = t.head[:1]
	}
	return t
}
