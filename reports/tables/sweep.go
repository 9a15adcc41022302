package tables

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"wavetank/reports/analysis"
	"wavetank/reports/figures"
	"wavetank/reports/store"
	"wavetank/reports/wording"
)

// SweepFiles lists the names of the files that DeriveSweep makes.
func SweepFiles() []string { return []string{"settings.csv"} }

// DeriveSweep makes the data file of the settings of a sweep: every metric of every point, with its
// interval.
func DeriveSweep(s *analysis.Sweep) ([]store.FileData, error) {
	design := s.Manifest.Sweep
	lines := [][]string{slices.Concat([]string{"setting"}, design.Varied,
		[]string{"policy", "knows_future", "verdict", "scope", "metric", "unit", "mean", "low", "high", "n", "warning"})}
	for i := range s.Points {
		p := &s.Points[i]
		head := slices.Concat([]string{strconv.Itoa(p.Setting + 1)}, design.Settings[p.Setting].Values,
			[]string{p.Policy, strconv.FormatBool(p.Foresees), p.Finding()})
		for _, c := range p.Comparisons {
			lines = append(lines, slices.Concat(head, []string{c.Scope, c.Metric, c.Unit,
				exact(c.Value.Mean), exact(c.Value.Low), exact(c.Value.High), strconv.Itoa(c.Value.N), c.Warning}))
		}
	}
	data, err := encodeLines(lines)
	return []store.FileData{{Name: SweepFiles()[0], Data: data}}, err
}

// PrintSweep writes a summary of a sweep for a terminal: the best settings, the effects of what
// varies, and the verdict in words. With Full it writes all settings.
func (look Terminal) PrintSweep(w io.Writer, s *analysis.Sweep) error {
	p := &page{Terminal: look}
	if !look.Quiet {
		p.text(bold, fmt.Sprintf("%s: %s", s.Manifest.Scenario, s.Conditions()))
		most := shortList
		if look.Full {
			most = len(s.Points)
		}
		p.table(ranked(s, most))
		for _, t := range effects(s) {
			p.table(t)
		}
		p.text(normal, "")
	}
	for i, sentence := range s.Headline(analysis.Plain) {
		style := normal
		if i == 0 {
			style = bold
		}
		p.text(style, sentence)
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// shortList is the number of settings in a short table.
const shortList = 10

// ranked returns a table of the best points.
func ranked(s *analysis.Sweep, most int) table {
	order := s.Ranked()
	t := table{title: "Points, the best first", head: []string{"Policy"}}
	if len(order) > most {
		t.title = fmt.Sprintf("The %d best of %s", most, wording.Count(len(order), "point"))
		order = order[:most]
	}
	frontier := s.Frontier()
	for _, f := range s.Factors[:len(s.Manifest.Sweep.Varied)] {
		t.head = append(t.head, strings.ReplaceAll(f.Short, ".", ".\n"))
	}
	t.head = append(t.head, s.Price.Title(), s.InTime.Title(), "Objectives", "Frontier")
	for _, i := range order {
		p := &s.Points[i]
		name := p.Policy
		if p.Foresees {
			name += " †"
		}
		cells := slices.Concat([]string{name}, s.Manifest.Sweep.Settings[p.Setting].Values, []string{s.Cell(&s.Price, i), s.Cell(&s.InTime, i), p.Finding(), ""})
		if at := slices.Index(frontier, i); at >= 0 {
			cells[len(cells)-1] = analysis.Letter(at)
		}
		t.lines = append(t.lines, cells)
	}
	t.plain = append(t.plain, "A point is a setting under a policy. Mean [95 % interval over the replications]. Frontier: no point is better in both columns of numbers; the letters are those of the figure.")
	if slices.ContainsFunc(s.Points, func(p analysis.SweepPoint) bool { return p.Foresees }) {
		t.plain = append(t.plain, analysis.ForesightMeans)
	}
	return t
}

// effects returns a table for each of the two metrics, of how much each factor changes it.
func effects(s *analysis.Sweep) (list []table) {
	for _, m := range []*analysis.SweptMetric{&s.InTime, &s.Price} {
		t := table{title: "What changes " + m.Title() + ", the largest effect first", head: []string{"Factor", "Lowest\nmean", "at", "Highest\nmean", "at", "Between\nthem"}}
		for _, e := range s.Effects(m) {
			f := s.Factors[e.Factor]
			decimals := wording.Decimals(max(e.Means[e.High], e.Between), 3)
			line := []string{f.Short, wording.Fixed(e.Means[e.Low], decimals), f.Levels[e.Low], wording.Fixed(e.Means[e.High], decimals), f.Levels[e.High], wording.Fixed(e.Between, decimals)}
			if e.Low == e.High {
				line[2], line[4], line[5] = "every level", "every level", "0"
			}
			t.lines = append(t.lines, line)
		}
		if len(t.lines) > 0 {
			list = append(list, t)
		}
	}
	if n := len(list); n > 0 {
		list[n-1].plain = []string{"Means over all points with the same level of the factor, whatever the levels of the others."}
	}
	return list
}

// SweepMarkdown returns the report of a sweep.
func SweepMarkdown(s *analysis.Sweep, pictures []figures.Picture) string {
	var b strings.Builder
	m := s.Manifest
	fmt.Fprintf(&b, "# Sweep of %s\n\n", escape(m.Scenario))
	if m.About != "" {
		fmt.Fprintf(&b, "%s\n\n", escape(m.About))
	}
	fmt.Fprintf(&b, "How it was run: %s. Experiment `%.12s`, version %s", s.Conditions(), m.Hash(), code(m.Version))
	if m.Build != (store.Build{}) {
		fmt.Fprintf(&b, " %s", m.Build)
	}
	b.WriteString(".\n")
	for _, input := range m.Inputs {
		fmt.Fprintf(&b, "Input %s, SHA-256 `%.12s`.\n", code(input.File), input.SHA256)
	}
	b.WriteString("\n## What varies\n\n")
	for _, f := range s.Factors {
		fmt.Fprintf(&b, "- %s: %s\n", code(f.Name), escape(strings.Join(f.Levels, ", ")))
	}
	fmt.Fprintf(&b, "\n## What it shows\n\n- %s\n\n", wording.Spaced(strings.Join(s.Headline(code), "\n- ")))
	for _, w := range m.Warnings {
		fmt.Fprintf(&b, "> **Warning:** %s.\n\n", escape(w))
	}
	wholeTable(&b, ranked(s, max(shortList, 50)))
	for _, t := range effects(s) {
		wholeTable(&b, t)
	}
	gallery(&b, pictures)
	if m.Resolved != "" {
		fence := strings.Repeat("`", max(3, longestRun(m.Resolved, '`')+1))
		fmt.Fprintf(&b, "## The scenario without the varied values, resolved\n\n%syaml\n%s\n%s\n", fence, strings.TrimRight(m.Resolved, "\n"), fence)
	}
	return b.String()
}

// wholeTable prints a table in one part, however many columns it has.
func wholeTable(b *strings.Builder, t table) {
	if len(t.head) > 1 {
		t.markdownPart(b, "##")
	}
}
