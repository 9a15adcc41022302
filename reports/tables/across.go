package tables

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/reports/across"
	"wavetank/reports/wording"
)

// Across shows how finished sets of results compare.
type Across struct {
	*across.Match
	Families []*across.Family // the quantities to show
}

// Print writes the comparison for a terminal: where the results are, what differs between their
// scenarios, the objectives, a table for each metric, and the results in sentences.
func (a Across) Print(w io.Writer, look Terminal) error {
	p := &page{Terminal: look}
	if !look.Quiet {
		p.text(bold, a.title())
		p.text(normal, a.sources()...)
		for _, t := range a.tables() {
			p.table(t)
		}
		p.text(normal, "")
		p.text(normal, a.legend()...)
		p.text(normal, "")
	}
	p.text(bold, a.verdicts()...)
	p.text(yellow, a.Confounds()...)
	_, err := io.WriteString(w, p.String())
	return err
}

// Output returns the comparison for the other formats.
func (a Across) Output() Output {
	return Output{
		Title: a.title(), Before: append(a.sources(), a.legend()...), After: append(a.verdicts(), a.Confounds()...),
		Data: []Data{a.sidesData(), a.differencesData(), a.objectivesData(), a.valuesData(), a.contrastsData(), a.meansData()}, shown: a.tables(),
	}
}

func (a Across) title() string {
	var names []string
	for _, s := range a.Sides {
		names = append(names, s.Name)
	}
	return "Results compared: " + wording.List(names)
}

func (a Across) sources() (list []string) {
	for _, s := range a.Sides {
		for _, source := range s.Sources() {
			if name := s.Name + ": "; !strings.HasPrefix(source, name) {
				source = name + source
			}
			list = append(list, source)
		}
	}
	return append(list, a.Alone...)
}

// tables returns the tables in their order.
func (a Across) tables() []table {
	list := []table{a.differences(), a.objectives()}
	for _, f := range a.Families {
		list = append(list, a.family(f))
	}
	return slices.DeleteFunc(list, func(t table) bool { return len(t.lines) == 0 })
}

// head returns the names of the sides behind the title of the first column.
func (a Across) head(first string) []string {
	head := []string{first}
	for _, s := range a.Sides {
		head = append(head, fold(s.Name, 24))
	}
	return head
}

// differences makes the table of the settings in which the scenarios differ.
func (a Across) differences() table {
	t := table{title: "What differs", head: a.head("Setting")}
	chance, unset := false, false
	for _, d := range a.Differences {
		name := d.Path
		if d.Scenario != "" {
			name = d.Scenario + ": " + name
		}
		if d.Sampling {
			name, chance = name+" *", true
		}
		line := []string{name}
		for _, v := range d.Values {
			line = append(line, fold(v, 30))
			unset = unset || v == "–"
		}
		t.lines = append(t.lines, line)
	}
	if chance {
		t.plain = append(t.plain, "* changes only chance or the last digits.")
	}
	if unset {
		t.plain = append(t.plain, "–: not set.")
	}
	return t
}

// objectives makes the table that says on which sides a policy keeps every objective.
func (a Across) objectives() table {
	t := table{title: "Every objective kept", head: a.head("Policy")}
	told := false
	for _, e := range a.Entries {
		line := []string{e.Label()}
		for side := range a.Sides {
			text := "–"
			if finding, known := e.Finding(side); known {
				text, told = finding.String(), true
			}
			line = append(line, text)
		}
		t.lines = append(t.lines, line)
	}
	if !told {
		t.lines = nil
	}
	return t
}

// geometric names the line of geometric means.
const geometric = "geometric mean"

// family makes the table of one quantity: the values of all sides, and the changes of all pairs.
func (a Across) family(f *across.Family) table {
	t := table{title: across.Title(f.Quantity), head: a.head("Policy")}
	var all []compare.Interval
	for e := range a.Entries {
		t.lines = append(t.lines, []string{a.Entries[e].Label()})
		for side := range a.Sides {
			all = append(all, f.Values[e][side].Interval)
		}
	}
	format := wording.FormatOf(f.Metric, f.Unit, all)
	if format.Unit != "" {
		t.title += " (" + format.Unit + ")"
	}
	if f.Means != nil {
		t.lines = append(t.lines, []string{geometric})
	}
	for side := range a.Sides {
		var means, spreads []string
		add := func(i compare.Interval) {
			means, spreads = append(means, format.Number(i)), append(spreads, format.Spread(i))
		}
		for e := range a.Entries {
			add(f.Values[e][side].Interval)
		}
		if f.Means != nil {
			add(f.Means.Values[side])
		}
		for i, text := range alignAtSign(means, spreads, make([]string, len(means))) {
			t.lines[i] = append(t.lines[i], text)
		}
	}
	a.changes(f, &t, format)
	if how := a.Pairing(f); how != "" {
		t.plain = append(t.plain, how)
	}
	if f.Means != nil && f.Means.Used < len(a.Entries) {
		t.plain = append(t.plain, fmt.Sprintf("The geometric mean is that of the %d lines with values above zero on all sides.", f.Means.Used))
	}
	return t
}

// changes appends a column for each pair: changes in percent of the base. If the unit is a
// percentage, or if a base may be zero, it appends differences instead.
func (a Across) changes(f *across.Family, t *table, format wording.Format) {
	relative := relativeOf(f)
	unit, factor := "%", 100.0
	if !relative {
		unit, factor = format.OfDifferences().Unit, format.Factor
	}
	if unit != "" {
		unit = "\n(" + unit + ")"
	}
	for k, pair := range a.Pairs() {
		t.head = append(t.head, fold(a.Sides[pair[1]].Name+" − "+a.Sides[pair[0]].Name, 24)+unit)
		var texts, signs []string
		for e := range a.Entries {
			c := f.Contrasts[e][k]
			if c == nil {
				texts, signs = append(texts, "–"), append(signs, "")
				continue
			}
			i := c.Difference
			if relative {
				i = c.Change
			}
			texts, signs = append(texts, signedInterval(i, factor)), append(signs, contrastSign(c.Mark, c.Same, c.Difference.Defined()))
			if c.Warning != "" {
				t.annotate(e, c.Warning)
			}
		}
		if f.Means != nil {
			text, sign := "", ""
			if relative {
				change := f.Means.Change[k]
				text, sign = signedInterval(change, factor), contrastSign(f.Means.Mark[k], f.Means.Same[k], change.Defined())
			}
			texts, signs = append(texts, text), append(signs, sign)
		}
		wide := longest(texts)
		for i, text := range texts {
			t.lines[i] = append(t.lines[i], strings.TrimRight(text+strings.Repeat(" ", wide-width(text))+" "+signs[i], " "))
		}
	}
}

// relativeOf reports whether the changes of a quantity are shown in percent of the base: not if its
// unit is a percentage, and not if a base may be zero.
func relativeOf(f *across.Family) bool {
	if f.Unit == "%" {
		return false
	}
	for _, line := range f.Contrasts {
		for _, c := range line {
			if c != nil && !math.IsNaN(c.Difference.Mean) && math.IsNaN(c.Change.Mean) {
				return false
			}
		}
	}
	return true
}

// annotate gives a line a footnote.
func (t *table) annotate(line int, note string) {
	at := slices.Index(t.notes, note)
	if at < 0 {
		t.notes = append(t.notes, note)
		at = len(t.notes) - 1
	}
	if mark := " " + superscript(at+1); !strings.HasSuffix(t.lines[line][0], mark) {
		t.lines[line][0] += mark
	}
}

// signedInterval prints a change with its interval, all multiplied by a factor: "−6.5 [−7.1,
// −5.9]".
func signedInterval(i compare.Interval, factor float64) string {
	if math.IsNaN(i.Mean) {
		return "–"
	}
	half := 0.0
	if i.Defined() {
		half = i.Half() * factor
	}
	if half <= rounding*math.Abs(i.Mean*factor) {
		half = 0
	}
	decimals := min(6, wording.Decimals(half, 2))
	if half == 0 {
		decimals = max(0, min(4, wording.Decimals(math.Abs(i.Mean*factor), 3)))
	}
	text := signedNumber(i.Mean*factor, decimals)
	switch {
	case !i.Defined():
		return text
	case half == 0:
		return text + " exactly"
	}
	return text + " [" + signedNumber(i.Low*factor, decimals) + ", " + signedNumber(i.High*factor, decimals) + "]"
}

// rounding is the largest half-width, as a share of its mean, that is only a rounding error.
const rounding = 1e-9

// signedNumber prints a number with its sign, unless all its digits are zero.
func signedNumber(v float64, decimals int) string {
	text := wording.Fixed(math.Abs(v), decimals)
	switch {
	case strings.Trim(text, "0.") == "":
		return text
	case v < 0:
		return "−" + text
	}
	return "+" + text
}

// The signs of contrasts without a mark.
const (
	sameSign = "≈"
	openSign = "~"
)

// contrastSign returns the signs of a change: that of its mark, and ≈ if it is within the margin.
// It returns ~ if nothing is shown.
func contrastSign(mark compare.Mark, same, defined bool) string {
	sign := wording.Sign(mark)
	switch {
	case same:
		return strings.TrimSpace(sign + " " + sameSign)
	case sign == "" && defined:
		return openSign
	}
	return sign
}

// legend explains the tables.
func (a Across) legend() []string {
	list := []string{
		"Values: mean, or percentile of all requests together, ± the wider side of its 95 % interval. Changes: [interval]. All intervals of changes in a table together hold with 95 % (Bonferroni).",
		"▲ better, ▼ worse, ◆ different: the interval excludes zero. ~ nothing is shown.",
	}
	if a.Margin > 0 {
		list[1] += fmt.Sprintf(" ≈ the same within %s: the whole interval lies within it; for percentages, in points.", a.MarginText())
	}
	for _, f := range a.Families {
		for _, line := range f.Contrasts {
			if slices.ContainsFunc(line, func(c *compare.Contrast) bool { return c != nil && c.Mark == compare.Unequal }) {
				return append(list, "≠ unequal work: the completed numbers of requests are more than 1 % apart, so this is not judged.")
			}
		}
	}
	return list
}

// verdicts returns the results of all families in sentences.
func (a Across) verdicts() (list []string) {
	for _, f := range a.Families {
		list = append(list, a.Verdicts(f, across.Title(f.Quantity))...)
	}
	return list
}
