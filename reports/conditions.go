package reports

import (
	"fmt"
	"slices"

	"wavetank/metrics/compare"
)

// conditions says in one line how the results were made.
func (s *study) conditions() string {
	m := s.Manifest
	text := count(s.replications(), "replication")
	if n := s.replications(); m.Replications > n {
		text = fmt.Sprintf("%d of %s", n, count(m.Replications, "replication"))
	}
	text += fmt.Sprintf(" of %s, warm-up %s, seed %d", span(m.DurationSeconds), span(m.WarmupSeconds), m.Seed)
	if m.Interrupted {
		text += ", interrupted"
	}
	return text
}

// legend explains the signs of the tables.
func (s *study) legend() []string {
	if s.replications() < 2 {
		return nil
	}
	lines := []string{fmt.Sprintf("Mean, or percentile of all requests together, ± the wider side of its 95 %% interval over %s; a number without ± did not vary in the digits shown.", count(s.replications(), "replication"))}
	if s.Manifest.Baseline != "" && len(s.lines) > 1 {
		lines[0] += fmt.Sprintf(" ▲ better, ▼ worse, ◆ different than %s: the paired interval of the difference excludes zero, at 5 %% for all policies of a column together (Bonferroni).", s.Manifest.Baseline)
		if slices.ContainsFunc(s.comparisons, func(c compare.Comparison) bool { return c.Mark == compare.Unequal }) {
			lines[0] += " ≠ unequal work: the two completed numbers of requests that are more than 1 % apart, so this is not compared."
		}
	}
	return lines
}
