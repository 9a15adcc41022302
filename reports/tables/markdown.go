package tables

import (
	"fmt"
	"strings"

	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/figures"
	"wavetank/reports/store"
	"wavetank/reports/wording"
)

// Markdown returns the report: how the results were made, what they show, the tables, and links to
// the pictures in the folder of figures.
func Markdown(a *analysis.Analysis, pictures []figures.Picture) string {
	s := &sheet{a}
	var b strings.Builder
	s.heading(&b)
	s.tables(&b)
	gallery(&b, pictures)
	s.appendix(&b)
	return b.String()
}

func (s *sheet) heading(b *strings.Builder) {
	m := s.Manifest
	fmt.Fprintf(b, "# %s\n\n", escape(m.Scenario))
	if m.About != "" {
		fmt.Fprintf(b, "%s\n\n", escape(m.About))
	}
	fmt.Fprintf(b, "How it was run: %s. Experiment `%.12s`", s.Conditions(), m.Hash())
	if m.Version != "" {
		fmt.Fprintf(b, ", version %s", code(m.Version))
	}
	if m.Build != (store.Build{}) {
		fmt.Fprintf(b, " %s", m.Build)
	}
	b.WriteString(".\n")
	if m.Stopped != "" {
		fmt.Fprintf(b, "%s.\n", escape(wording.Capital(m.Stopped)))
	}
	for _, input := range m.Inputs {
		fmt.Fprintf(b, "Input %s, SHA-256 `%.12s`.\n", code(input.File), input.SHA256)
	}
	b.WriteString("\n## What it shows\n\n")
	fmt.Fprintf(b, "- %s\n", wording.Spaced(strings.Join(s.Headline(code), "\n- ")))
	for _, doubt := range s.Doubts() {
		fmt.Fprintf(b, "\n> **Warning:** %s.\n", escape(doubt))
	}
	for _, w := range s.Warnings {
		fmt.Fprintf(b, "\n> **Warning:** %s.\n", escape(s.WarningText(w, analysis.Plain)))
	}
}

// tables prints the verdicts, the machines to rent, and then every metric.
func (s *sheet) tables(b *strings.Builder) {
	b.WriteString("\n## Verdicts\n\n")
	if text := s.ObjectivesText(); text != "" {
		fmt.Fprintf(b, "%s\n\n", escape(text))
	}
	s.decisive().markdown(b, "###")
	for _, line := range s.Found(code) {
		fmt.Fprintf(b, "%s\n\n", wording.Spaced(line))
	}
	if machines := s.machines(); len(machines.head) > 1 {
		b.WriteString("## What to rent\n\n")
		machines.markdown(b, "###")
		s.replicas().markdown(b, "###")
	}
	s.agreement().markdown(b, "##")
	for i, t := range s.misses(rows.All) {
		if heading := "## What was missed, and why\n\n"; i == 0 && len(t.head) > 1 {
			b.WriteString(heading)
		}
		t.markdown(b, "###")
	}
	if plans := s.plans(); len(plans.head) > 1 {
		b.WriteString("## What the plans are worth\n\n")
		plans.markdown(b, "###")
		for _, t := range s.prices() {
			t.markdown(b, "###")
		}
	}
	b.WriteString("## Tables\n\n")
	for _, line := range s.Legend() {
		fmt.Fprintf(b, "%s\n\n", escape(line))
	}
	for _, g := range s.Groups() {
		s.values(g.Title, s.Overall(g)).markdown(b, "###")
	}
	if s.Manifest.Baseline == "" || len(s.Lines) < 2 {
		return
	}
	fmt.Fprintf(b, "## Differences to the baseline\n\nPolicy minus %s, paired over the replications, in which all policies get the same requests. All intervals of a column together contain the exact values with a probability of 95 %% (Bonferroni).\n\n", code(s.Manifest.Baseline))
	for _, g := range s.Groups() {
		s.differences(g.Title, s.Overall(g)).markdown(b, "###")
	}
}

func gallery(b *strings.Builder, pictures []figures.Picture) {
	heading := "## Figures\n\n"
	for _, p := range pictures {
		path := store.FiguresFolder + "/" + p.Name
		fmt.Fprintf(b, "%s### %s\n\n![%s](%s.png)\n\n%s ([SVG](%s.svg))\n\n", heading, p.Title, p.Title, path, escape(p.Caption), path)
		heading = ""
	}
}

func (s *sheet) appendix(b *strings.Builder) {
	scopes := s.Scopes()
	switch labelled := strings.ContainsRune(strings.Join(scopes, ""), ':'); {
	case labelled:
		b.WriteString("## By model, class and tenant\n\n")
	case len(scopes) > 0:
		b.WriteString("## By model and device kind\n\n")
	}
	for _, scope := range scopes {
		for _, part := range s.Scoped(scope) {
			s.values(part.Title, part.Columns).markdown(b, "###")
		}
		for _, t := range s.misses(scope) {
			t.markdown(b, "###")
		}
	}
	var lines []string
	seen := map[string]bool{}
	for _, c := range s.Columns {
		if s.Defined(c) && !seen[c.Metric] {
			seen[c.Metric] = true
			lines = append(lines, fmt.Sprintf("- %s: %s\n", s.Title(c.Metric), rows.Describe(c.Metric).About))
		}
	}
	if len(lines) > 0 {
		fmt.Fprintf(b, "## Definitions\n\n%s\n", strings.Join(lines, ""))
	}
	if s.Manifest.Resolved != "" {
		fence := strings.Repeat("`", max(3, longestRun(s.Manifest.Resolved, '`')+1))
		fmt.Fprintf(b, "## The scenario, resolved\n\n%syaml\n%s\n%s\n", fence, strings.TrimRight(s.Manifest.Resolved, "\n"), fence)
	}
}

// widest is the largest number of columns in a table of the report.
const widest = 6

// markdown prints the table. A table with many columns is printed in parts. A table without columns
// behind the names is not printed.
func (t table) markdown(b *strings.Builder, level string) {
	for _, part := range t.narrow(widest) {
		part.markdownPart(b, level)
	}
}

func (t table) markdownPart(b *strings.Builder, level string) {
	fmt.Fprintf(b, "%s %s\n\n", level, escape(t.title))
	head := make([]string, len(t.head))
	for i, h := range t.head {
		head[i] = escape(h) // a line break becomes a space
	}
	fmt.Fprintf(b, "| %s |\n|---%s|\n", strings.Join(head, " | "), strings.Repeat("|--:", len(head)-1))
	for _, line := range t.lines {
		cells := make([]string, len(line))
		for i, text := range line {
			cells[i] = escape(strings.Join(strings.Fields(text), " "))
			if i == 0 && strings.HasPrefix(text, indent) {
				cells[i] = "· " + cells[i]
			}
		}
		fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
	}
	b.WriteByte('\n')
	for i, note := range t.notes {
		if t.refersTo(i + 1) {
			fmt.Fprintf(b, "%s %s\n\n", superscript(i+1), escape(note))
		}
	}
	for _, note := range t.plain {
		fmt.Fprintf(b, "%s\n\n", escape(note))
	}
}

var markdownEscaper = strings.NewReplacer("\\", "\\\\", "|", "\\|", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[", "]", "\\]", "<", "&lt;", "&", "&amp;", "\n", " ")

// escape escapes all characters that have a meaning in Markdown or in a Markdown table.
func escape(text string) string { return wording.Spaced(markdownEscaper.Replace(text)) }

// code returns a name as a Markdown code span. It is not for tables, because it escapes no "|".
func code(name string) string {
	fence := strings.Repeat("`", longestRun(name, '`')+1)
	if strings.HasPrefix(name, "`") || strings.HasSuffix(name, "`") {
		name = " " + name + " "
	}
	return fence + name + fence
}

func longestRun(text string, wanted rune) int {
	most, run := 0, 0
	for _, r := range text {
		if r == wanted {
			run++
		} else {
			run = 0
		}
		most = max(most, run)
	}
	return most
}
