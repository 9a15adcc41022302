package analysis

import (
	"fmt"
	"slices"

	"wavetank/metrics/compare"
	"wavetank/reports/wording"
)

// Conditions says in one line how the results were made.
func (a *Analysis) Conditions() string {
	m := a.Manifest
	text := wording.Count(a.Replications(), "replication")
	if n := a.Replications(); m.Replications > n {
		text = fmt.Sprintf("%d of %s", n, wording.Count(m.Replications, "replication"))
	}
	text += fmt.Sprintf(" of %s, warm-up %s, seed %d", wording.Span(m.DurationSeconds), wording.Span(m.WarmupSeconds), m.Seed)
	if m.Interrupted {
		text += ", interrupted"
	}
	return text
}

// Legend explains the signs of the tables.
func (a *Analysis) Legend() []string {
	if a.Replications() < 2 {
		return nil
	}
	lines := []string{fmt.Sprintf("Mean, or percentile of all requests together, ± the wider side of its 95 %% interval over %s; an interval in brackets where ± would reach impossible values; a number without either did not vary in the digits shown.", wording.Count(a.Replications(), "replication"))}
	if a.Manifest.Baseline != "" && len(a.Lines) > 1 {
		lines[0] += fmt.Sprintf(" ▲ better, ▼ worse, ◆ different than %s: the paired interval of the difference excludes zero, at 5 %% for all policies of a column together (Bonferroni).", a.Manifest.Baseline)
		if slices.ContainsFunc(a.Comparisons, func(c compare.Comparison) bool { return c.Mark == compare.Unequal }) {
			lines[0] += " ≠ unequal work: the two completed numbers of requests that are more than 1 % apart, so this is not compared."
		}
	}
	return lines
}
