package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"wavetank/metrics"
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
	lines := []string{fmt.Sprintf("Mean, or percentile of all requests together, ± the wider side of its 95 %% interval over %s.", count(s.replications(), "replication"))}
	if s.Manifest.Baseline != "" && len(s.policies) > 1 {
		lines[0] += fmt.Sprintf(" ▲ better, ▼ worse, ◆ different than %s: the paired interval of the difference excludes zero, at 5 %% for all policies of a column together (Bonferroni).", s.Manifest.Baseline)
	}
	return lines
}

// doubts lists the warnings that hold for the experiment as a whole.
func (s *study) doubts() []string {
	var list []string
	m := s.Manifest
	if m.Interrupted {
		list = append(list, fmt.Sprintf("the experiment was interrupted: %d of %s finished", m.Completed, count(m.Replications, "replication")))
	}
	if s.replications() == 1 {
		list = append(list, "one replication: no interval, so nothing can be told from chance")
	}
	list = append(append(list, m.Warnings...), metrics.Unserved(s.Rows)...)
	for _, c := range s.cautions {
		list = append(list, c.String())
	}
	return list
}

// finding is a sentence about the policies that cost and serve alike.
type finding struct {
	cost, service metrics.Mark
	says          string
}

// findings are in the order in which a reader wants them.
var findings = []finding{
	{metrics.Better, metrics.Better, "cheaper and better served"},
	{metrics.Better, metrics.Unmarked, "cheaper, with no difference in attainment shown"},
	{metrics.Unmarked, metrics.Better, "better served, with no difference in cost shown"},
	{metrics.Worse, metrics.Better, "better served, at a higher cost"},
	{metrics.Better, metrics.Worse, "cheaper, but worse served"},
	{metrics.Unmarked, metrics.Unmarked, "not shown to differ in cost or attainment"},
	{metrics.Worse, metrics.Unmarked, "dearer, with no difference in attainment shown"},
	{metrics.Unmarked, metrics.Worse, "worse served, with no difference in cost shown"},
	{metrics.Worse, metrics.Worse, "dearer and worse served"},
}

// verdict says in sentences what the marks show of cost and SLO attainment, and no more than that.
func (s *study) verdict(quote func(string) string) []string {
	switch {
	case s.Manifest.Baseline == "":
		return []string{"There is no baseline with results, so nothing is compared."}
	case len(s.policies) < 2:
		return []string{"There is one policy, so nothing is compared."}
	case !s.has(costColumn) || !s.has(attainmentColumn):
		return []string{"Without both cost and SLO attainment there is no verdict; the tables show what was measured."}
	}
	sentences := []string{fmt.Sprintf("Against the baseline %s, over %s:", quote(s.Manifest.Baseline), count(s.replications(), "replication"))}
	var unknown []string
	for _, f := range findings {
		var names []string
		for _, p := range s.policies {
			c, a := s.at(p, costColumn), s.at(p, attainmentColumn)
			if p == s.Manifest.Baseline || c == nil || a == nil || c.Mark != f.cost || a.Mark != f.service {
				continue
			}
			if !c.Difference.Defined() || !a.Difference.Defined() {
				unknown = append(unknown, quote(p))
				continue
			}
			names = append(names, quote(p)+s.evidence(c, a, s.at(p, firstTokenColumn), s.at(p, perTokenColumn)))
		}
		if len(names) > 0 {
			sentences = append(sentences, capital(f.says)+": "+list(names)+".")
		}
	}
	if len(unknown) > 0 {
		sentences = append(sentences, "Nothing can be told of "+list(unknown)+": there is no interval of the difference.")
	}
	if !slices.ContainsFunc(s.comparisons, func(c metrics.Comparison) bool { return c.Mark != metrics.Unmarked }) {
		return append(sentences, "No difference in any metric can be told from chance. That is not the same as being equal: more replications may show one.")
	}
	return sentences
}

// evidence gives the differences that are there and marked.
func (s *study) evidence(comparisons ...*metrics.Comparison) string {
	var parts []string
	for _, c := range comparisons {
		if c == nil || c.Mark == metrics.Unmarked {
			continue
		}
		sc := scaleOf(c.Unit, []metrics.Interval{c.Difference}).ofDifferences()
		noun := metrics.Describe(c.Metric).Title
		switch c.Metric {
		case attainmentColumn.metric:
			noun = "attainment"
		case costColumn.metric:
			noun = "cost"
		}
		text := noun + " " + sc.with(sc.change(c.Difference)+" ± "+sc.half(c.Difference))
		if base := s.at(s.Manifest.Baseline, column{c.Scope, c.Metric}); c.Metric == "cost" && base.Value.Mean > 0 {
			share := metrics.Interval{Mean: 100 * c.Difference.Mean / base.Value.Mean}
			text += ", " + scale{factor: 1, decimals: max(0, decimalsFor(math.Abs(share.Mean), 2))}.change(share) + " %"
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, "; ") + ")"
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	separator := ", "
	if slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, ";") }) {
		separator = "; "
	}
	return strings.Join(names[:len(names)-1], separator) + " and " + names[len(names)-1]
}
