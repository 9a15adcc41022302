package reports

import (
	"fmt"
	"slices"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
)

// doubts lists the warnings that hold for the experiment as a whole.
func (s *study) doubts() []string {
	var list []string
	m := s.Manifest
	if m.Interrupted {
		list = append(list, fmt.Sprintf("the experiment was interrupted: %d of %s finished", m.Completed, count(m.Replications, "replication")))
	}
	if s.replications() == 1 && m.Replications > 1 { // else the scenario's warnings say it
		list = append(list, "one replication: no interval can be given")
	}
	return append(list, m.Warnings...)
}

// warning is a doubt about the numbers of some policies, in one scope or in all.
type warning struct {
	policies []string // the first names of lines
	scope    string
	text     string // a clause without a full stop
}

// warn gathers the warnings of every policy in one place. The tables, the report and the terminal
// take them from there. Policies of which the same is to be said share a warning.
func (s *study) warn() {
	for _, l := range s.lines {
		for _, w := range s.doubtful(l.policy) {
			at := slices.IndexFunc(s.warnings, func(other warning) bool { return other.scope == w.scope && other.text == w.text })
			if at < 0 {
				at = len(s.warnings)
				s.warnings = append(s.warnings, w)
			}
			s.warnings[at].policies = append(s.warnings[at].policies, l.policy)
		}
	}
}

// doubtful lists what is doubtful about one policy. A source of warnings more is one loop here.
func (s *study) doubtful(policy string) []warning {
	var list []warning
	rows := keep(s.Rows, func(r rows.Row) bool { return r.Policy == policy })
	for _, text := range compare.Doubts(rows) {
		list = append(list, warning{scope: everything, text: text})
	}
	for _, c := range s.cautions {
		if c.Policy == policy {
			list = append(list, warning{scope: c.Scope, text: c.Text})
		}
	}
	return list
}

// warningText says what a warning is about: of which policies, unless it is of all.
func (s *study) warningText(w warning, quote func(string) string) string {
	text := w.text
	if w.scope != everything {
		text = quote(w.scope) + ": " + text
	}
	if len(w.policies) == len(s.lines) {
		return text
	}
	var names []string
	for _, p := range w.policies {
		names = append(names, s.called(s.line(p), quote))
	}
	return list(names) + ": " + text
}

// note is the number of a warning below the tables: one for each text.
func (s *study) note(w warning) int {
	var texts []string
	for _, other := range s.warnings {
		if !slices.Contains(texts, other.text) {
			texts = append(texts, other.text)
		}
	}
	return 1 + slices.Index(texts, w.text)
}

// warningMark is the number by which the table of what decides refers to a warning.
func (s *study) warningMark(w warning) string {
	if len(s.standings) == 0 {
		return "" // there is no such table
	}
	return superscript(s.note(w)) + " "
}

// annotate marks the lines of the table of what decides with their warnings. The warnings of a
// scope stand at the line of its objective, all others at the policy's own line.
func (s *study) annotate(t *table, judged []rows.Objective) {
	for _, w := range s.warnings {
		note := s.note(w)
		if note > len(t.notes) {
			t.notes = append(t.notes, w.text)
		}
		for _, policy := range w.policies {
			row := slices.IndexFunc(s.lines, func(l line) bool { return l.policy == policy })
			if len(judged) > 1 {
				row *= 1 + len(judged)
				row += 1 + slices.IndexFunc(judged, func(o rows.Objective) bool { return o.Scope == w.scope })
			}
			t.lines[row][0] += " " + superscript(note)
		}
	}
}
