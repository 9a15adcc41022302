package reports

import (
	"math"
	"slices"

	"wavetank/metrics/rows"
)

// foresight marks the names of policies that know the load beforehand.
const (
	foresight      = "†"
	foresightMeans = foresight + " knows the load of the whole run beforehand: a yardstick, not a way to run a fleet."
)

// line is what tables tell in one line: a policy, and others whose rows are equal to its own.
type line struct {
	policy string   // the first of the names
	names  []string // in the order of the policies
}

// foreseen reports whether all policies of a line know the load beforehand.
func (l line) foreseen(s *study) bool {
	return !slices.ContainsFunc(l.names, func(name string) bool { return !s.foresees(name) })
}

// gather puts policies with equal rows into one line.
func (s *study) gather() {
	rows := map[string][]rows.Row{}
	for _, r := range s.Rows {
		rows[r.Policy] = append(rows[r.Policy], r)
	}
	for _, p := range s.policies {
		at := slices.IndexFunc(s.lines, func(l line) bool { return slices.EqualFunc(rows[l.policy], rows[p], sameRow) })
		if at < 0 {
			s.lines = append(s.lines, line{policy: p})
			at = len(s.lines) - 1
		}
		s.lines[at].names = append(s.lines[at].names, p)
	}
}

// sameRow reports whether rows of two policies say the same.
func sameRow(a, b rows.Row) bool {
	a.Policy = b.Policy
	if math.IsNaN(a.Value) && math.IsNaN(b.Value) {
		a.Value, b.Value = 0, 0
	}
	return a == b
}

// line returns the line that a policy is in.
func (s *study) line(policy string) line {
	return s.lines[slices.IndexFunc(s.lines, func(l line) bool { return slices.Contains(l.names, policy) })]
}

// label names a line in a table: "greedy, lp", and where it compares, "greedy, lp (baseline)".
func (s *study) label(l line, compares bool) string {
	text := ""
	for i, name := range l.names {
		if i > 0 {
			text += ", "
		}
		text += s.marked(name, plain)
		if compares && name == s.Manifest.Baseline {
			text += " (baseline)"
		}
	}
	return text
}

// called names a line in a sentence: "greedy and lp".
func (s *study) called(l line, quote func(string) string) string {
	var names []string
	for _, name := range l.names {
		names = append(names, s.marked(name, quote))
	}
	return list(names)
}

// runnable names the policies of a line that do not know the load beforehand. It names all where
// every one does.
func (s *study) runnable(l line, quote func(string) string) []string {
	var names []string
	for _, name := range l.names {
		if l.foreseen(s) || !s.foresees(name) {
			names = append(names, s.marked(name, quote))
		}
	}
	return names
}

// marked is a name with the mark of foresight where it is due.
func (s *study) marked(name string, quote func(string) string) string {
	if s.foresees(name) {
		return quote(name) + unbroken + foresight
	}
	return quote(name)
}
