package tables

import (
	"fmt"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/across"
	"wavetank/reports/store"
	"wavetank/reports/wording"
)

// Page returns the comparison as its page shows it.
func (a Across) Page(version string) *store.ResultsComparison {
	c := &store.ResultsComparison{
		Version: version, Title: a.title(), InWords: a.verdicts(), Confounds: a.Confounds(), Confused: a.Confused(),
		Alone: a.Alone, Legend: a.legend(),
	}
	for _, s := range a.Sides {
		c.Sides = append(c.Sides, store.ComparedSide{Name: s.Name, Sources: s.Sources()})
	}
	for _, d := range a.Differences {
		name := d.Path
		if d.Policy != "" {
			name = d.Policy + ": " + name
		}
		if d.Scenario != "" {
			name = d.Scenario + ": " + name
		}
		c.Differences = append(c.Differences, store.ComparedSetting{Name: name, Chance: d.Sampling, Values: d.Values})
	}
	for _, line := range a.objectives().lines {
		c.Findings = append(c.Findings, store.ComparedObjective{Policy: line[0], Sides: line[1:]})
	}
	for _, pair := range a.Pairs() {
		c.Pairs = append(c.Pairs, store.ComparedPair{Base: pair[0], Side: pair[1], Kinds: map[string]int{}})
	}
	for _, f := range a.Families {
		c.Metrics = append(c.Metrics, a.comparedMetric(f, c.Pairs))
	}
	for _, p := range c.Pairs {
		c.Verdict = append(c.Verdict, pairVerdict(c, p))
	}
	return c
}

// comparedMetric returns a metric with the values of all sides, and the changes of all pairs.
func (a Across) comparedMetric(f *across.Family, pairs []store.ComparedPair) store.ComparedMetric {
	info := rows.Describe(f.Metric)
	m := store.ComparedMetric{
		Title: across.Title(f.Quantity), About: info.About, How: a.Pairing(f),
		Better: map[rows.Direction]string{rows.Higher: "Higher is better", rows.Lower: "Lower is better"}[info.Better],
	}
	var all []compare.Interval
	for e := range a.Entries {
		for side := range a.Sides {
			all = append(all, f.Values[e][side].Interval)
		}
	}
	cells := comparedCells{format: wording.FormatOf(f.Metric, f.Unit, all), relative: relativeOf(f), factor: 100}
	m.Unit, m.Change, m.Margin = cells.format.Unit, "%", 100*a.Margin
	if !cells.relative {
		m.Change, cells.factor = cells.format.OfDifferences().Unit, cells.format.Factor
		if f.Unit != "%" {
			m.Margin = 0 // it is a share of a base that may be zero
		}
	}
	for e := range a.Entries {
		m.Lines = append(m.Lines, a.comparedLine(f, e, pairs, cells))
	}
	if f.Means != nil {
		m.Lines, m.Together = append(m.Lines, a.comparedMeans(f, len(pairs), cells)), true
	}
	return m
}

// comparedLine returns the line of one entry, and counts its changes by kind.
func (a Across) comparedLine(f *across.Family, entry int, pairs []store.ComparedPair, cells comparedCells) store.ComparedLine {
	l := store.ComparedLine{Policy: a.Entries[entry].Label()}
	for side := range a.Sides {
		l.Values = append(l.Values, cells.value(f.Values[entry][side].Interval))
	}
	for k := range pairs {
		c := f.Contrasts[entry][k]
		if c == nil {
			l.Changes = append(l.Changes, store.ComparedNumber{Text: "–"})
			continue
		}
		i := c.Difference
		if cells.relative {
			i = c.Change
		}
		kind, words := a.Told(c)
		pairs[k].Kinds[kind]++
		n := cells.change(i, kind, words)
		n.Doubt = c.Warning
		l.Changes = append(l.Changes, n)
	}
	return l
}

// comparedMeans returns the line of the geometric means over all entries.
func (a Across) comparedMeans(f *across.Family, pairs int, cells comparedCells) store.ComparedLine {
	l := store.ComparedLine{Policy: geometric}
	for side := range a.Sides {
		l.Values = append(l.Values, cells.value(f.Means.Values[side]))
	}
	for k := range pairs {
		c := compare.Contrast{Mark: f.Means.Mark[k], Same: f.Means.Same[k], Difference: f.Means.Change[k]}
		kind, words := a.Told(&c)
		n := store.ComparedNumber{Text: "–"}
		if cells.relative {
			n = cells.change(f.Means.Change[k], kind, words)
		}
		l.Changes = append(l.Changes, n)
	}
	return l
}

// comparedCells writes the values and the changes of one metric.
type comparedCells struct {
	format   wording.Format
	relative bool    // changes are in percent of the base
	factor   float64 // of changes
}

func (x comparedCells) value(i compare.Interval) store.ComparedNumber {
	n := comparedNumber(i, x.format.Factor)
	n.Text, n.Spread = x.format.Number(i), x.format.Spread(i)
	return n
}

func (x comparedCells) change(i compare.Interval, kind, words string) store.ComparedNumber {
	n := comparedNumber(i, x.factor)
	n.Text, n.Spread, _ = strings.Cut(signedInterval(i, x.factor), " ")
	n.Kind, n.Words = kind, words
	return n
}

func comparedNumber(i compare.Interval, factor float64) store.ComparedNumber {
	n := store.ComparedNumber{Mean: store.Finite(i.Mean * factor)}
	if i.Defined() {
		n.Low, n.High = store.Finite(i.Low*factor), store.Finite(i.High*factor)
	}
	return n
}

// pairVerdict says in a sentence what is shown about two sides.
func pairVerdict(c *store.ResultsComparison, p store.ComparedPair) string {
	all := 0
	for _, n := range p.Kinds {
		all += n
	}
	var parts []string
	for _, kind := range []struct{ name, text string }{
		{"better", "better in %d"}, {"worse", "worse in %d"}, {"different", "different in %d"}, {"same", "the same in %d"}, {"unknown", "not compared in %d"},
	} {
		if n := p.Kinds[kind.name]; n > 0 {
			parts = append(parts, fmt.Sprintf(kind.text, n))
		}
	}
	text := fmt.Sprintf("%s against %s, in %s of a metric and a policy:", c.Sides[p.Side].Name, c.Sides[p.Base].Name, wording.Count(all, "comparison"))
	if len(parts) > 0 {
		text += " " + strings.Join(parts, ", ")
	}
	if n := p.Kinds["open"]; n > 0 {
		text += map[bool]string{true: "; ", false: " "}[len(parts) > 0] + fmt.Sprintf("nothing is shown in %d", n)
	}
	return text + "."
}
