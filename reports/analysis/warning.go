package analysis

import (
	"fmt"
	"slices"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/wording"
)

// Doubts lists the warnings that hold for the experiment as a whole.
func (a *Analysis) Doubts() []string {
	var list []string
	m := a.Manifest
	if m.Interrupted {
		list = append(list, fmt.Sprintf("the experiment was interrupted: %d of %s finished", m.Completed, wording.Count(m.Replications, "replication")))
	}
	// If only one replication was asked for, a warning of the scenario says this.
	if a.Replications() == 1 && m.Replications > 1 {
		list = append(list, "one replication: no interval can be given")
	}
	return append(list, m.Warnings...)
}

// warn gathers the warnings of every policy in one place, for the tables, the report and the
// terminal. Policies with the same warning share it.
func (a *Analysis) warn() {
	for _, l := range a.Lines {
		for _, w := range a.doubtful(l.Policy) {
			at := slices.IndexFunc(a.Warnings, func(other Warning) bool { return other.Scope == w.Scope && other.Text == w.Text })
			if at < 0 {
				at = len(a.Warnings)
				a.Warnings = append(a.Warnings, w)
			}
			a.Warnings[at].Policies = append(a.Warnings[at].Policies, l.Policy)
		}
	}
}

// doubtful lists the warnings about one policy. A further source of warnings takes one loop here.
func (a *Analysis) doubtful(policy string) []Warning {
	var list []Warning
	of := Keep(a.Rows, func(r rows.Row) bool { return r.Policy == policy })
	for _, text := range compare.Doubts(of) {
		list = append(list, Warning{Scope: rows.All, Text: text})
	}
	for _, c := range a.cautions {
		if c.Policy == policy {
			list = append(list, Warning{Scope: c.Scope, Text: c.Text})
		}
	}
	return list
}

// WarningText writes a warning and, unless it is about all policies, their names.
func (a *Analysis) WarningText(w Warning, quote func(string) string) string {
	text := w.Text
	if w.Scope != rows.All {
		text = quote(w.Scope) + ": " + text
	}
	if len(w.Policies) == len(a.Lines) {
		return text
	}
	var names []string
	for _, p := range w.Policies {
		names = append(names, a.called(a.lineOf(p), quote))
	}
	return wording.List(names) + ": " + text
}
