package tables

import (
	"slices"

	"wavetank/metrics/compare"
	"wavetank/reports/analysis"
	"wavetank/reports/wording"
)

// view selects what a table shows of each comparison: the value or the difference.
type view struct {
	lines  []analysis.Line
	read   func(*compare.Comparison) (interval compare.Interval, warning string)
	format func(metric, unit string, intervals []compare.Interval) wording.Format
	number func(wording.Format, compare.Interval) string
	paired bool // differences: not shown where policies did unequal work
}

// values makes a table of means with their intervals.
func (s *sheet) values(title string, columns []analysis.Column) table {
	read := func(c *compare.Comparison) (compare.Interval, string) { return c.Value, c.Value.Warning }
	return s.tabulate(title, columns, view{s.Lines, read, wording.FormatOf, wording.Format.Number, false})
}

// differences makes a table of paired differences to the baseline.
func (s *sheet) differences(title string, columns []analysis.Column) table {
	read := func(c *compare.Comparison) (compare.Interval, string) { return c.Difference, c.Warning }
	points := func(metric, unit string, intervals []compare.Interval) wording.Format {
		return wording.FormatOf(metric, unit, intervals).OfDifferences()
	}
	challengers := analysis.Keep(s.Lines, func(l analysis.Line) bool { return !slices.Contains(l.Names, s.Manifest.Baseline) })
	return s.tabulate(title, columns, view{challengers, read, points, wording.Format.Change, true})
}

func (s *sheet) tabulate(title string, columns []analysis.Column, v view) table {
	t := table{title: title, head: []string{"Policy"}}
	for _, one := range v.lines {
		t.lines = append(t.lines, []string{s.Label(one, true)})
	}
	t.notes, t.plain = s.footnotes(columns, v)
	for _, at := range columns {
		head, texts := s.column(at, v, t.notes)
		t.head = append(t.head, head)
		for i, text := range texts {
			t.lines[i] = append(t.lines[i], text)
		}
	}
	return t
}

// footnotes lists the distinct warnings of a table's cells. If every cell has the same warning, it
// becomes a note on the whole table (plain).
func (s *sheet) footnotes(columns []analysis.Column, v view) (notes, plain []string) {
	everywhere := true
	for _, at := range columns {
		for _, one := range v.lines {
			c := s.At(one.Policy, at)
			if c == nil {
				continue
			}
			_, warning := v.read(c)
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
func (s *sheet) column(at analysis.Column, v view, notes []string) (head string, texts []string) {
	n := len(v.lines)
	intervals := make([]compare.Interval, n)
	unit := ""
	for i, one := range v.lines {
		if c := s.At(one.Policy, at); c != nil {
			intervals[i], _ = v.read(c)
			unit = c.Unit
		}
	}
	sc := v.format(at.Metric, unit, intervals)
	means, spreads, tails, words := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	for i, one := range v.lines {
		means[i] = "–"
		c := s.At(one.Policy, at)
		if c == nil {
			continue
		}
		interval, warning := v.read(c)
		if v.paired && c.Mark == compare.Unequal {
			means[i], words[i] = "", c.Mark.String()
			continue
		}
		means[i], spreads[i], tails[i] = v.number(sc, interval), sc.Spread(interval), wording.Sign(c.Mark)
		if n := slices.Index(notes, warning); n >= 0 {
			tails[i] += superscript(n + 1)
		}
	}
	texts = alignAtSign(means, spreads, tails)
	for i, text := range words {
		if text != "" {
			texts[i] = text // a word instead of a number
		}
	}
	return s.header(at, sc), texts
}

// header returns the title of a column, with its unit on a second line.
func (s *sheet) header(at analysis.Column, sc wording.Format) string {
	text := s.Title(at.Metric)
	if analysis.OfKinds(at.Metric) && len(s.scopesOf(at.Metric)) > 1 {
		text += "\n" + at.Scope
	}
	if sc.Unit != "" {
		text += "\n(" + sc.Unit + ")"
	}
	return text
}

func (s *sheet) scopesOf(metric string) []string {
	var scopes []string
	for _, c := range s.Columns {
		if c.Metric == metric {
			scopes = append(scopes, c.Scope)
		}
	}
	return scopes
}
