package analysis

import (
	"math"
	"slices"

	"wavetank/metrics/rows"
	"wavetank/reports/wording"
)

// foresight marks the names of policies that know the load beforehand.
const (
	foresight      = "†"
	ForesightMeans = foresight + " knows the load of the whole run beforehand: a yardstick, not a way to run a fleet."
)

// foreseen reports whether all policies of a line know the load beforehand.
func (l Line) foreseen(a *Analysis) bool {
	return !slices.ContainsFunc(l.Names, func(name string) bool { return !a.Foresees(name) })
}

// gather puts policies with equal rows into one line.
func (a *Analysis) gather() {
	of := map[string][]rows.Row{}
	for _, r := range a.Rows {
		of[r.Policy] = append(of[r.Policy], r)
	}
	for _, p := range a.Policies {
		at := slices.IndexFunc(a.Lines, func(l Line) bool { return slices.EqualFunc(of[l.Policy], of[p], sameRow) })
		if at < 0 {
			a.Lines = append(a.Lines, Line{Policy: p})
			at = len(a.Lines) - 1
		}
		a.Lines[at].Names = append(a.Lines[at].Names, p)
	}
}

// sameRow reports whether the rows of two policies are equal but for the policy.
func sameRow(a, b rows.Row) bool {
	a.Policy = b.Policy
	if math.IsNaN(a.Value) && math.IsNaN(b.Value) {
		a.Value, b.Value = 0, 0
	}
	return a == b
}

// lineOf returns the line that a policy is in.
func (a *Analysis) lineOf(policy string) Line {
	return a.Lines[slices.IndexFunc(a.Lines, func(l Line) bool { return slices.Contains(l.Names, policy) })]
}

// Label names a line in a table: "greedy, lp". If compares is true, the baseline is marked:
// "greedy, lp (baseline)".
func (a *Analysis) Label(l Line, compares bool) string {
	text := ""
	for i, name := range l.Names {
		if i > 0 {
			text += ", "
		}
		text += a.Marked(name, Plain)
		if compares && name == a.Manifest.Baseline {
			text += " (baseline)"
		}
	}
	return text
}

// called names a line in a sentence: "greedy and lp".
func (a *Analysis) called(l Line, quote func(string) string) string {
	var names []string
	for _, name := range l.Names {
		names = append(names, a.Marked(name, quote))
	}
	return wording.List(names)
}

// runnable names the policies of a line that do not know the load beforehand. It names all policies
// if every one knows the load.
func (a *Analysis) runnable(l Line, quote func(string) string) []string {
	var names []string
	for _, name := range l.Names {
		if l.foreseen(a) || !a.Foresees(name) {
			names = append(names, a.Marked(name, quote))
		}
	}
	return names
}

// Marked returns the name of a policy, with the mark † if the policy knows the load beforehand.
func (a *Analysis) Marked(name string, quote func(string) string) string {
	if a.Foresees(name) {
		return quote(name) + wording.Unbroken + foresight
	}
	return quote(name)
}

// Plain returns a name as it is. It is used where other callers pass a function that quotes names.
func Plain(name string) string { return name }
