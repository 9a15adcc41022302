package tables

import (
	"fmt"
	"io"
	"strings"

	"wavetank/reports/analysis"
	"wavetank/reports/wording"
)

// Terminal says how results are printed on a terminal.
type Terminal struct {
	Width  int  // width of a line in characters
	Full   bool // every table, not only the main ones
	Quiet  bool // only the verdict
	Colour bool
}

// Print writes a summary of the results: the decisive table, the machines to rent, why requests
// missed, how good the plans are, and the verdict in words. With Full it writes all other tables,
// too. A line is longer than Width only if the name of a policy leaves no room for one metric next
// to it.
func (look Terminal) Print(w io.Writer, a *analysis.Analysis) error {
	s := &sheet{a}
	p := &page{Terminal: look}
	if !look.Quiet {
		p.text(bold, fmt.Sprintf("%s: %s", s.Manifest.Scenario, s.Conditions()))
		if objectives := s.ObjectivesText(); objectives != "" {
			p.text(normal, objectives)
		}
		for _, b := range s.blocks(look.Full) {
			for _, t := range b.tables {
				p.table(t)
			}
			if len(b.sentences) > 0 {
				p.text(normal, append([]string{""}, b.sentences...)...)
			}
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
	if look.Full && !look.Quiet {
		p.text(normal, s.Legend()...)
	}
	for _, warning := range s.Doubts() {
		p.text(yellow, "Warning: "+warning+".")
	}
	for _, warning := range s.Warnings {
		mark := ""
		if !look.Quiet {
			mark = s.warningMark(warning)
		}
		p.text(yellow, mark+"Warning: "+s.WarningText(warning, analysis.Plain)+".")
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// page collects the text that is printed.
type page struct {
	strings.Builder
	Terminal
}

// text prints lines, broken between words.
func (p *page) text(style string, lines ...string) {
	for _, line := range lines {
		for part := range strings.SplitSeq(strings.TrimSuffix(wrap(line, p.Width), "\n"), "\n") {
			p.WriteString(p.paint(style, part) + "\n")
		}
	}
}

// The styles of text on a terminal, as codes of ECMA-48.
const (
	normal = ""
	bold   = "1"
	red    = "31"
	green  = "32"
	yellow = "33"
)

func (p *page) paint(style, text string) string {
	if !p.Colour || style == normal || strings.TrimSpace(text) == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

// cell colours findings and marks: good ones green, bad ones red, open ones yellow.
func (p *page) cell(text string) string {
	switch {
	case text == "met" || strings.Contains(text, "▲"):
		return p.paint(green, text)
	case text == "not met" || strings.Contains(text, "▼"):
		return p.paint(red, text)
	case text == "not shown":
		return p.paint(yellow, text)
	}
	return text
}

// table prints a table, in parts where it is too wide.
func (p *page) table(t table) {
	for i, line := range t.lines {
		t.lines[i][0] = fold(line[0], max(p.Width/3, 24))
	}
	for _, part := range t.fit(p.Width, len(columnGap)) {
		p.part(part)
	}
}

func (p *page) part(t table) {
	p.text(normal, "")
	p.text(bold, t.title)
	wide := t.widths()
	for line := range strings.Lines(t.grid(wide)) {
		p.line([]rune(strings.TrimRight(line, " \n")), wide)
	}
	for i, note := range t.notes {
		if t.refersTo(i + 1) {
			p.text(normal, superscript(i+1)+" "+note)
		}
	}
	p.text(normal, t.plain...)
}

// line prints a line of a table, with colours for findings and marks.
func (p *page) line(text []rune, wide []int) {
	for _, w := range wide {
		w = min(w, len(text))
		cell := string(text[:w])
		word := strings.TrimSpace(cell)
		p.WriteString(strings.Replace(cell, word, p.cell(word), 1))
		gap := min(len(columnGap), len(text)-w)
		p.WriteString(string(text[w : w+gap]))
		text = text[w+gap:]
	}
	p.WriteByte('\n')
}

// wrap breaks a text into lines between words, but not at no-break spaces and not beside ×.
func wrap(text string, limit int) string {
	var b strings.Builder
	used := 0
	for _, word := range strings.FieldsFunc(unbroken(text), func(r rune) bool { return r == ' ' || r == '\n' }) {
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
	return wording.Spaced(b.String())
}
