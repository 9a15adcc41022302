package reports

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"wavetank/metrics"
)

// table is one printed table: a line per policy.
type table struct {
	title string
	head  []string
	lines [][]string
	notes []string // footnotes, in the order of their numbers
	plain []string // notes that hold for the whole table
}

// lens is what a table shows of the comparisons.
type lens struct {
	policies []string
	read     func(*metrics.Comparison) (interval metrics.Interval, warning string)
	scale    func(unit string, intervals []metrics.Interval) scale
	number   func(scale, metrics.Interval) string
}

// values makes the table of means with their intervals.
func (s *study) values(title string, columns []column) table {
	read := func(c *metrics.Comparison) (metrics.Interval, string) { return c.Value, c.Value.Warning }
	return s.tabulate(title, columns, lens{s.policies, read, scaleOf, scale.number})
}

// differences makes the table of paired differences to the baseline.
func (s *study) differences(title string, columns []column) table {
	read := func(c *metrics.Comparison) (metrics.Interval, string) { return c.Difference, c.Warning }
	points := func(unit string, intervals []metrics.Interval) scale { return scaleOf(unit, intervals).ofDifferences() }
	challengers := keep(s.policies, func(p string) bool { return p != s.Manifest.Baseline })
	return s.tabulate(title, columns, lens{challengers, read, points, scale.change})
}

func (s *study) tabulate(title string, columns []column, l lens) table {
	t := table{title: title, head: []string{"Policy"}}
	for _, p := range l.policies {
		name := p
		if p == s.Manifest.Baseline {
			name += " (baseline)"
		}
		t.lines = append(t.lines, []string{name})
	}
	t.notes, t.plain = s.warnings(columns, l)
	for _, at := range columns {
		head, texts := s.column(at, l, t.notes)
		t.head = append(t.head, head)
		for i, text := range texts {
			t.lines[i] = append(t.lines[i], text)
		}
	}
	return t
}

// warnings lists the different warnings of a table's cells; one that every cell has is a plain note.
func (s *study) warnings(columns []column, l lens) (notes, plain []string) {
	everywhere := true
	for _, at := range columns {
		for _, p := range l.policies {
			c := s.at(p, at)
			if c == nil {
				continue
			}
			_, warning := l.read(c)
			everywhere = everywhere && warning != ""
			if warning != "" && !slices.Contains(notes, warning) {
				notes = append(notes, warning)
			}
		}
	}
	if len(notes) == 1 && everywhere {
		return nil, notes
	}
	return notes, nil
}

// column prints one metric of all policies, aligned at the ± sign.
func (s *study) column(at column, l lens, notes []string) (head string, texts []string) {
	n := len(l.policies)
	intervals := make([]metrics.Interval, n)
	unit := ""
	for i, p := range l.policies {
		if c := s.at(p, at); c != nil {
			intervals[i], _ = l.read(c)
			unit = c.Unit
		}
	}
	sc := l.scale(unit, intervals)
	means, halves, tails := make([]string, n), make([]string, n), make([]string, n)
	for i, p := range l.policies {
		means[i] = "–"
		c := s.at(p, at)
		if c == nil {
			continue
		}
		interval, warning := l.read(c)
		means[i], halves[i], tails[i] = l.number(sc, interval), sc.half(interval), sign(c.Mark)
		if n := slices.Index(notes, warning); n >= 0 {
			tails[i] += superscript(n + 1)
		}
	}
	return s.header(at, sc), alignAtSign(means, halves, tails)
}

func alignAtSign(means, halves, tails []string) []string {
	left, right, tail := longest(means), longest(halves), longest(tails)
	texts := make([]string, len(means))
	for i := range texts {
		text := strings.Repeat(" ", left-width(means[i])) + means[i]
		switch {
		case halves[i] != "":
			text += " ± " + strings.Repeat(" ", right-width(halves[i])) + halves[i]
		case right > 0:
			text += strings.Repeat(" ", 3+right)
		}
		if tail > 0 {
			text += " " + tails[i] + strings.Repeat(" ", tail-width(tails[i]))
		}
		texts[i] = text
	}
	return texts
}

// header is the title of a column, and its unit on a second line.
func (s *study) header(at column, sc scale) string {
	text := s.title(at.metric)
	if at.metric == "utilization" && len(s.scopesOf("utilization")) > 1 {
		text += "\n" + at.scope
	}
	if sc.unit != "" {
		text += "\n(" + sc.unit + ")"
	}
	return text
}

func (s *study) scopesOf(metric string) []string {
	var scopes []string
	for _, c := range s.columns {
		if c.metric == metric {
			scopes = append(scopes, c.scope)
		}
	}
	return scopes
}

// split makes tables of at most so many characters across; every part has at least one metric. Frame is
// what the lines between two columns take.
func (t table) split(limit, frame int) []table {
	wide := make([]int, len(t.head))
	for i, h := range t.head {
		wide[i] = width(h)
		for _, line := range t.lines {
			wide[i] = max(wide[i], width(line[i]))
		}
	}
	var parts []table
	for from := 1; from < len(t.head); {
		total, to := wide[0]+2*frame-2, from
		for to < len(t.head) {
			if total += wide[to] + frame; total > limit && to > from {
				break
			}
			to++
		}
		part := table{title: t.title, head: slices.Concat(t.head[:1], t.head[from:to])}
		if from > 1 {
			part.title += ", continued"
		}
		for _, line := range t.lines {
			part.lines = append(part.lines, slices.Concat(line[:1], line[from:to]))
		}
		part.notes, part.plain = t.notes, t.plain
		parts = append(parts, part)
		from = to
	}
	return parts
}

// refersTo says whether a cell carries the number of a note.
func (t table) refersTo(note int) bool {
	return slices.ContainsFunc(t.lines, func(line []string) bool {
		return slices.ContainsFunc(line, func(text string) bool { return strings.HasSuffix(strings.TrimSpace(text), superscript(note)) })
	})
}

// fold breaks a long name behind a "+", a comma or a bracket.
func fold(name string, limit int) string {
	var b strings.Builder
	used := 0
	for rest := name; rest != ""; {
		cut := strings.IndexAny(rest, "+,( ") + 1
		if cut == 0 {
			cut = len(rest)
		}
		if used > 0 && used+width(rest[:cut]) > limit {
			b.WriteByte('\n')
			used = 0
		}
		b.WriteString(rest[:cut])
		used += width(rest[:cut])
		rest = rest[cut:]
	}
	return b.String()
}

// width is the number of characters of the longest line.
func width(text string) int {
	most := 0
	for line := range strings.SplitSeq(text, "\n") {
		most = max(most, utf8.RuneCountInString(line))
	}
	return most
}

func longest(texts []string) int {
	most := 0
	for _, t := range texts {
		most = max(most, width(t))
	}
	return most
}

func superscript(n int) string {
	return strings.NewReplacer("0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹").Replace(fmt.Sprint(n))
}
