package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// Print writes the tables for a terminal of so many characters across, with what they show in words. A line
// is longer only where a policy's name leaves no room for one metric beside it.
func Print(w io.Writer, r Results, width int) error {
	s, err := analyse(r)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", s.Manifest.Scenario, s.conditions())
	var tables []table
	for _, g := range s.groups() {
		tables = append(tables, s.values(g.title, s.overall(s.brief(g))))
	}
	if s.Manifest.Baseline != "" && len(s.policies) > 1 {
		tables = append(tables, s.differences("Difference to "+s.Manifest.Baseline, s.overall(s.key())))
	}
	for _, t := range tables {
		for i, line := range t.lines {
			t.lines[i][0] = fold(line[0], max(width/3, 24))
		}
		for _, part := range t.split(width, len(" | ")) {
			if err := part.print(&b, width); err != nil {
				return err
			}
		}
	}
	b.WriteByte('\n')
	for _, line := range append(s.legend(), s.verdict(plain)...) {
		b.WriteString(wrap(line, width))
	}
	for _, warning := range s.doubts() {
		b.WriteString(wrap("Warning: "+warning+".", width))
	}
	_, err = io.WriteString(w, b.String())
	return err
}

func plain(name string) string { return name }

func (t table) print(b *strings.Builder, limit int) error {
	fmt.Fprintf(b, "\n%s\n", t.title)
	writer := tablewriter.NewTable(b,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{Symbols: tw.NewSymbols(tw.StyleLight)})),
		tablewriter.WithHeaderAutoFormat(tw.Off), tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoFormat(tw.Off), tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithTrimSpace(tw.Off), tablewriter.WithEastAsian(tw.Off),
		tablewriter.WithHeaderAlignment(tw.AlignLeft), tablewriter.WithRowAlignment(tw.AlignLeft))
	writer.Header(t.head)
	if err := writer.Bulk(t.lines); err != nil {
		return fmt.Errorf("table %s: %w", t.title, err)
	}
	if err := writer.Render(); err != nil {
		return fmt.Errorf("table %s: %w", t.title, err)
	}
	for i, note := range t.notes {
		if t.refersTo(i + 1) {
			b.WriteString(wrap(superscript(i+1)+" "+note, limit))
		}
	}
	for _, note := range t.plain {
		b.WriteString(wrap(note, limit))
	}
	return nil
}

// wrap breaks a text into lines between words.
func wrap(text string, limit int) string {
	var b strings.Builder
	used := 0
	for _, word := range strings.Fields(text) {
		switch {
		case used == 0:
		case used+1+width(word) > limit:
			b.WriteByte('\n')
			used = 0
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += width(word)
	}
	b.WriteByte('\n')
	return b.String()
}
