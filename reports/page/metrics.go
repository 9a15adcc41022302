package page

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/wording"
)

// metricGroup is a set of metrics under one heading.
type metricGroup struct {
	Title   string
	Open    bool
	Metrics []template.HTML
	// Constant lists the metrics with one value in all replications of all policies.
	Constant []string
}

// metricView is one metric: a strip of all replications for each policy, and the shift from the
// baseline.
type metricView struct {
	Title, Unit string
	About       string
	Better      string // "Higher is better", "Lower is better" or ""
	Summary     string // in words, for the closed line
	Overview    template.HTML
	Low, High   string // ends of the axis
	Compares    bool
	Open        bool
	Lines       template.HTML
}

// metrics shows every metric of the whole fleet, then those of each model.
func (s *sheet) metrics() template.HTML {
	runs := s.runs()
	var groups []metricGroup
	add := func(title string, open bool, columns []analysis.Column) {
		g := metricGroup{Title: title, Open: open}
		for _, c := range columns {
			if text := s.constant(c, runs); text != "" {
				g.Constant = append(g.Constant, text)
			} else if m := s.metric(c, runs, open); m != "" {
				g.Metrics = append(g.Metrics, m)
			}
		}
		if len(g.Metrics)+len(g.Constant) > 0 {
			groups = append(groups, g)
		}
	}
	key := s.Key()
	main := s.Overall(key)
	add("Main metrics", true, main)
	for _, g := range s.Groups() {
		add(g.Title, false, analysis.Keep(s.Overall(g), func(c analysis.Column) bool { return !slices.Contains(main, c) }))
	}
	for _, scope := range s.Scopes() {
		for _, part := range s.Scoped(scope) {
			add(wording.Capital(part.Title), false, part.Columns)
		}
	}
	if len(groups) == 0 {
		return ""
	}
	return render("metrics", struct {
		Groups   []metricGroup
		Baseline string
		Legend   []string
	}{groups, s.baselineShown(), s.Legend()})
}

// baselineShown returns the baseline, or "" if no policy is compared with it.
func (s *sheet) baselineShown() string {
	if len(s.Lines) < 2 {
		return ""
	}
	return s.Manifest.Baseline
}

// runKey names the values of a metric of a policy.
type runKey struct {
	policy string
	analysis.Column
}

// runs returns the values of all replications.
func (s *sheet) runs() map[runKey][]float64 {
	of := map[runKey][]float64{}
	for _, r := range s.Rows {
		key := runKey{r.Policy, analysis.Column{Scope: r.Scope, Metric: r.Metric}}
		of[key] = append(of[key], r.Value)
	}
	return of
}

// titled names a metric where no other heading says that it is a latency.
func (s *sheet) titled(metric string) string {
	title := s.Title(metric)
	if strings.HasPrefix(metric, "latency_p") && !strings.HasPrefix(title, "Latency") {
		return "Latency " + title
	}
	return title
}

// constant prints a metric that has the same value in all replications of all policies. It returns
// "" for any other metric.
func (s *sheet) constant(at analysis.Column, runs map[runKey][]float64) string {
	if low, high := s.span(at, runs); low != high || len(s.Lines) < 2 {
		return ""
	}
	for _, p := range s.Policies {
		if c := s.At(p, at); c == nil || !finite(c.Value.Mean) {
			return ""
		}
	}
	values, unit := s.intervals(at)
	format := wording.FormatOf(at.Metric, unit, values)
	return s.titled(at.Metric) + " " + format.With(format.Number(values[0]))
}

// metric shows one metric. It returns "" if no policy has a finite value.
func (s *sheet) metric(at analysis.Column, runs map[runKey][]float64, open bool) template.HTML {
	low, high := s.span(at, runs)
	if !(low <= high) {
		return ""
	}
	x := roomy(low, high, low)
	values, unit := s.intervals(at)
	format := wording.FormatOf(at.Metric, unit, values)
	points := format.OfDifferences()
	info := rows.Describe(at.Metric)
	v := metricView{
		Title: s.titled(at.Metric), Unit: format.Unit, About: info.About, Compares: s.baselineShown() != "", Open: open,
		Better: map[rows.Direction]string{rows.Higher: "Higher is better", rows.Lower: "Lower is better"}[info.Better],
		Low:    end(format, low), High: end(format, high),
	}
	if at.Scope != rows.All && analysis.OfKinds(at.Metric) {
		v.Title += ", " + at.Scope
	}
	var overview, lines strings.Builder
	base := s.At(s.Manifest.Baseline, at)
	for i, l := range s.Lines {
		c := s.At(l.Policy, at)
		if c == nil {
			continue
		}
		if finite(c.Value.Mean) {
			fmt.Fprintf(&overview, `<path class="dot q%d" d="M%d 12h0"/>`, s.index(l.Policy), int(math.Round(stripWide*x.to(c.Value.Mean))))
		}
		s.beginLine(&lines, l)
		strip(&lines, x, c.Value, runs[runKey{l.Policy, at}])
		lineNumber(&lines, format.Number(values[i]), format.Spread(values[i]), c.Value.Mean)
		if v.Compares {
			s.shiftCells(&lines, l, c, base, points)
		}
		lines.WriteString("</tr>")
	}
	v.Overview, v.Lines = template.HTML(overview.String()), template.HTML(lines.String())
	v.Summary = s.extremes(at, info.Better, format, values)
	return render("metric", v)
}

// beginLine begins a line of the table of a metric. The line has the colour of its first policy.
func (s *sheet) beginLine(b *strings.Builder, l analysis.Line) {
	b.WriteString(`<tr class="`)
	for _, name := range l.Names {
		fmt.Fprintf(b, "q%d ", s.index(name))
	}
	b.WriteString(`"><th scope=row>`)
	for _, name := range l.Names {
		fmt.Fprintf(b, `<span class=q%d><i class=sw></i>%s</span> `, s.index(name), template.HTMLEscapeString(s.Marked(name, analysis.Plain)))
	}
	b.WriteString("<td class=cell>")
}

// lineNumber writes a cell with a number and its interval. The column is sorted by value.
func lineNumber(b *strings.Builder, number, spread string, value float64) {
	fmt.Fprintf(b, `<td class=num data-v="%s">%s`, exact(value), number)
	if spread != "" {
		fmt.Fprintf(b, " <small>%s</small>", spread)
	}
}

// shiftCells writes the shift from the baseline as numbers and in words.
func (s *sheet) shiftCells(b *strings.Builder, l analysis.Line, c, base *compare.Comparison, points wording.Format) {
	if slices.Contains(l.Names, s.Manifest.Baseline) {
		b.WriteString(`<td class=num data-v=""><small>baseline</small><td>`)
		return
	}
	if c.Mark == compare.Unequal || math.IsNaN(c.Difference.Mean) {
		b.WriteString(`<td class=num data-v="">`)
	} else {
		lineNumber(b, points.Change(c.Difference), points.Spread(c.Difference), c.Difference.Mean)
	}
	words, kind := shiftWords(*c, base)
	fmt.Fprintf(b, "<td class=w-%s>%s", kind, template.HTMLEscapeString(words))
}

// end prints an end of the axis of a strip.
func end(format wording.Format, v float64) string {
	return format.Number(compare.Interval{Mean: v, Low: math.NaN(), High: math.NaN()})
}

// intervals returns the means of a metric, line by line, and their unit.
func (s *sheet) intervals(at analysis.Column) (values []compare.Interval, unit string) {
	for _, l := range s.Lines {
		value := compare.Interval{Mean: math.NaN(), Low: math.NaN(), High: math.NaN()}
		if c := s.At(l.Policy, at); c != nil {
			value, unit = c.Value, c.Unit
		}
		values = append(values, value)
	}
	return values, unit
}

// span returns the range of all finite values of a metric: those of replications, and the ends of
// intervals. Low is above high if there are none.
func (s *sheet) span(at analysis.Column, runs map[runKey][]float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, l := range s.Lines {
		c := s.At(l.Policy, at)
		if c == nil {
			continue
		}
		a, b := within(c.Value, rows.Whole(at.Metric, c.Unit))
		for _, v := range append([]float64{c.Value.Mean, a, b}, runs[runKey{l.Policy, at}]...) {
			if finite(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	return low, high
}

// stripWide is the width of a strip in its own coordinates.
const stripWide = 250

// strip draws the values of all replications of a policy as dots, the interval of its mean as a
// thick line, and the mean as a thin one.
func strip(b *strings.Builder, x scale, value compare.Interval, values []float64) {
	at := func(v float64) int { return int(math.Round(stripWide * x.to(v))) }
	b.WriteString(`<svg class=s viewBox="0 0 250 24" preserveAspectRatio=none aria-hidden=true>`)
	if finite(value.Mean) {
		if low, high := within(value, math.Inf(1)); low < high {
			fmt.Fprintf(b, `<path class=v d="M%d 12H%d"/>`, at(low), at(min(high, x.high)))
		}
	}
	var places []int
	for _, v := range values {
		if finite(v) {
			places = append(places, at(v))
		}
	}
	slices.Sort(places)
	places = slices.Compact(places) // dots in one place are one
	last := 0
	for i, place := range places {
		if i == 0 {
			fmt.Fprintf(b, `<path class=r d="M%d 12h0`, place)
		} else {
			fmt.Fprintf(b, "m%d 0h0", place-last)
		}
		last = place
	}
	if len(places) > 0 {
		b.WriteString(`"/>`)
	}
	if finite(value.Mean) {
		fmt.Fprintf(b, `<path class=m d="M%d 3v18"/>`, at(value.Mean))
	}
	b.WriteString("</svg>")
}

// extremes says which policy has the best value or, for a metric without a better direction, the
// range of the means.
func (s *sheet) extremes(at analysis.Column, better rows.Direction, format wording.Format, values []compare.Interval) string {
	best, least, most := -1, -1, -1
	for i, v := range values {
		if math.IsNaN(v.Mean) || s.At(s.Lines[i].Policy, at) == nil {
			continue
		}
		if least < 0 || v.Mean < values[least].Mean {
			least = i
		}
		if most < 0 || v.Mean > values[most].Mean {
			most = i
		}
	}
	if least < 0 {
		return ""
	}
	text := func(i int) string { return format.With(format.Number(values[i])) }
	switch better {
	case rows.Higher:
		best = most
	case rows.Lower:
		best = least
	}
	switch {
	case len(s.Lines) == 1:
		return text(least)
	case values[least].Mean == values[most].Mean:
		return "all " + text(least)
	case best >= 0:
		return "best: " + strings.Join(s.Lines[best].Names, ", ") + " " + text(best)
	}
	return text(least) + " to " + text(most)
}

// The sizes of shifts in words. A shift of a percentage is measured in points, any other relative
// to the baseline.
var sizes = []struct {
	below  float64 // the largest relative shift, as a fraction
	points float64 // the largest shift of a percentage, in points
	word   string
}{{0.01, 0.1, "tiny"}, {0.05, 1, "small"}, {0.2, 5, "medium"}, {math.Inf(1), math.Inf(1), "large"}}

// size returns the word for a shift, and false if it cannot be measured.
func size(unit string, shift, base float64) (string, bool) {
	for _, one := range sizes {
		switch {
		case unit == "%" && math.Abs(shift) < one.points:
			return one.word, true
		case unit == "%":
		case base == 0 || !finite(base):
			return "", false
		case math.Abs(shift/base) < one.below:
			return one.word, true
		}
	}
	return "large", true
}

// shiftWords says in words how a policy differs from the baseline, and returns the kind of the
// difference for its colour.
func shiftWords(c compare.Comparison, base *compare.Comparison) (text, kind string) {
	d := c.Difference
	switch {
	case c.Mark == compare.Unequal:
		return "not compared: unequal work", "plain"
	case base == nil || math.IsNaN(d.Mean):
		return "", "plain"
	case !d.Defined():
		return "no interval", "plain"
	}
	if !d.ExcludesZero() {
		if d.Mean == 0 && d.Low == 0 && d.High == 0 {
			return "equal", "plain"
		}
		widest := max(math.Abs(d.Low), math.Abs(d.High))
		if word, known := size(c.Unit, widest, base.Value.Mean); known && word == "tiny" {
			return "the same, or tiny", "plain"
		}
		return "no difference shown", "plain"
	}
	kind = map[compare.Mark]string{compare.Better: "better", compare.Worse: "worse"}[c.Mark]
	if kind == "" {
		kind = "plain"
	}
	text = c.Mark.String()
	if word, known := size(c.Unit, d.Mean, base.Value.Mean); known {
		text += ", " + word
	}
	if c.Unit != "%" && base.Value.Mean != 0 && finite(base.Value.Mean) {
		text += fmt.Sprintf(" (%s)", relative(d.Mean/base.Value.Mean))
	}
	return text, kind
}

// relative prints a relative change: "+18 %", or "× 3.2" for a large one.
func relative(change float64) string {
	switch {
	case change >= 2:
		return "× " + wording.Digits(1+change, 2)
	case math.Abs(change) < 0.0005:
		return "< 0.1 %"
	case change > 0:
		return "+" + wording.Digits(100*change, 2) + " %"
	}
	return wording.Digits(100*change, 2) + " %"
}
