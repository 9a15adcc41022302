package tables

import (
	"slices"
	"strings"

	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
)

// note returns the number of the footnote of a warning. Warnings with the same text share a number.
func (s *sheet) note(w analysis.Warning) int {
	var texts []string
	for _, other := range s.Warnings {
		if !slices.Contains(texts, other.Text) {
			texts = append(texts, other.Text)
		}
	}
	return 1 + slices.Index(texts, w.Text)
}

// warningMark returns the number by which the decisive table refers to a warning.
func (s *sheet) warningMark(w analysis.Warning) string {
	if len(s.Standings) == 0 {
		return "" // there is no decisive table
	}
	return superscript(s.note(w)) + " "
}

// annotate marks the lines of the decisive table with their warnings. A warning about a scope marks
// the line of its objective. Every other warning marks the line of the policy. Warnings with the
// same number mark a line once.
func (s *sheet) annotate(t *table, judged []rows.Objective) {
	for _, w := range s.Warnings {
		note := s.note(w)
		if note > len(t.notes) {
			t.notes = append(t.notes, w.Text)
		}
		for _, policy := range w.Policies {
			row := slices.IndexFunc(s.Lines, func(l analysis.Line) bool { return l.Policy == policy })
			if len(judged) > 1 {
				row *= 1 + len(judged)
				row += 1 + slices.IndexFunc(judged, func(o rows.Objective) bool { return o.Scope == w.Scope })
			}
			if mark := " " + superscript(note); !strings.Contains(t.lines[row][0]+" ", mark+" ") {
				t.lines[row][0] += mark
			}
		}
	}
}
