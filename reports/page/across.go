package page

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"wavetank/reports/figures"
	"wavetank/reports/store"
	"wavetank/reports/wording"
)

// BuildComparison returns the page of a comparison of finished results. Equal comparisons give
// equal bytes.
func BuildComparison(c *store.ResultsComparison) ([]byte, error) {
	s := &comparisonSheet{c}
	var names []string
	for _, side := range c.Sides {
		names = append(names, side.Name)
	}
	v := content{
		Kind: "comparison", Title: wording.List(names), Legend: "Results",
		Conditions: fmt.Sprintf("%s, %s, 95 %% intervals", wording.Count(len(c.Sides), "set")+" of results", wording.Count(len(c.Metrics), "metric")),
		rules:      chipRules(names, figures.StylesOf(names, nil)),
		Sections: []section{
			{"verdict", "What decides", "Verdict", s.verdict()},
			{"differences", "What differs between the scenarios", "Differences", s.differences()},
			{"metrics", "Every metric, every pair", "Metrics", s.metrics()},
			{"words", "The results in words", "Words", s.words()},
			{originID, "Where the numbers come from", "Origin", s.origin()},
			{"reading", "How to read this page", "Reading", render("across-reading", c)},
		},
	}
	for i, name := range names {
		v.Chips = append(v.Chips, legendChip{Index: i, Name: name})
	}
	return v.build()
}

// comparisonSheet makes the parts of the page of a comparison.
type comparisonSheet struct{ *store.ResultsComparison }

// mostPairChips is the largest number of pairs whose results are told in chips.
const mostPairChips = 3

func (s *comparisonSheet) verdict() template.HTML {
	v := struct {
		Lead      string
		More      []string
		Chips     []chip
		Confounds []string
		Confused  bool
		Sides     []string
		Findings  []findingLine
	}{Confounds: s.Confounds, Confused: s.Confused}
	if len(s.Verdict) > 0 {
		v.Lead, v.More = s.Verdict[0], s.Verdict[1:]
	}
	for _, p := range s.Pairs {
		name := ""
		if len(s.Pairs) > 1 {
			name = s.Sides[p.Side].Name + " against " + s.Sides[p.Base].Name + ": "
		}
		if len(s.Pairs) > mostPairChips {
			break
		}
		for _, k := range []struct{ name, kind, text string }{
			{"better", "met", "better"}, {"worse", "missed", "worse"}, {"different", "plain", "different"}, {"same", "plain", "the same"}, {"open", "open", "nothing shown"},
		} {
			if n := p.Kinds[k.name]; n > 0 {
				v.Chips = append(v.Chips, chip{k.kind, fmt.Sprintf("%s%d %s", name, n, k.text), "#metrics"})
			}
		}
	}
	count := 0
	for _, d := range s.Differences {
		if !d.Chance {
			count++
		}
	}
	kind := "plain"
	if s.Confused {
		kind = "open"
	}
	v.Chips = append(v.Chips, chip{kind, map[bool]string{true: "1 setting differs", false: fmt.Sprintf("%d settings differ", count)}[count == 1], "#differences"})
	for _, side := range s.Sides {
		v.Sides = append(v.Sides, side.Name)
	}
	for _, f := range s.Findings {
		l := findingLine{Policy: f.Policy}
		for _, text := range f.Sides {
			l.Cells = append(l.Cells, findingCell{text, map[string]string{"met": "met", "not met": "missed", "not shown": "open"}[text]})
		}
		v.Findings = append(v.Findings, l)
	}
	return render("across-verdict", v)
}

// findingLine says on which sides a policy keeps every objective.
type findingLine struct {
	Policy string
	Cells  []findingCell
}

type findingCell struct{ Text, Kind string }

func (s *comparisonSheet) differences() template.HTML {
	if len(s.Differences) == 0 {
		return ""
	}
	return render("across-differences", s.ResultsComparison)
}

func (s *comparisonSheet) words() template.HTML {
	if len(s.InWords) == 0 {
		return ""
	}
	return render("across-words", s.ResultsComparison)
}

func (s *comparisonSheet) origin() template.HTML { return render("across-origin", s.ResultsComparison) }

// comparedView is a metric: a line for each policy and pair of sides.
type comparedView struct {
	store.ComparedMetric
	Low, High string // ends of the axis of changes
	Heads     []comparedHead
	Rows      []comparedRow
}

type comparedHead struct {
	Index int
	Name  string
}

// comparedRow is a policy and a pair.
type comparedRow struct {
	Policy string
	Pair   string // "" if there is one pair only
	Change store.ComparedNumber
	Forest template.HTML
	Values []store.ComparedNumber // of all sides, in the first row of a policy; nil in the others
	Class  string
}

func (s *comparisonSheet) metrics() template.HTML {
	var list []comparedView
	for _, m := range s.Metrics {
		list = append(list, s.compared(m))
	}
	if len(list) == 0 {
		return ""
	}
	return render("across-metrics", list)
}

func (s *comparisonSheet) compared(m store.ComparedMetric) comparedView {
	v := comparedView{ComparedMetric: m}
	for i, side := range s.Sides {
		v.Heads = append(v.Heads, comparedHead{i, side.Name})
	}
	x := forestScale(m)
	v.Low, v.High = signedEnd(x.low), signedEnd(x.high)
	for n, l := range m.Lines {
		for k, change := range l.Changes {
			r := comparedRow{Policy: l.Policy, Change: change, Forest: forest(x, change, m.Margin)}
			if k == 0 {
				r.Values = l.Values
			} else {
				r.Class = "further"
			}
			if len(s.Pairs) > 1 {
				r.Pair = s.Sides[s.Pairs[k].Side].Name + " − " + s.Sides[s.Pairs[k].Base].Name
			}
			if m.Together && n == len(m.Lines)-1 {
				r.Class += " total"
			}
			v.Rows = append(v.Rows, r)
		}
	}
	return v
}

// forestScale is the scale of the changes of a metric. It has zero and all changes, and their
// intervals as far as they go beyond the changes by at most the range of these.
func forestScale(m store.ComparedMetric) scale {
	low, high := 0.0, 0.0
	each := func(do func(n store.ComparedNumber)) {
		for _, l := range m.Lines {
			for _, n := range l.Changes {
				if n.Mean != nil {
					do(n)
				}
			}
		}
	}
	each(func(n store.ComparedNumber) { low, high = min(low, *n.Mean), max(high, *n.Mean) })
	room := max(high-low, 2*m.Margin)
	from, to := min(low, -m.Margin), max(high, m.Margin)
	each(func(n store.ComparedNumber) {
		if n.Low != nil && n.High != nil {
			from, to = min(from, max(*n.Low, low-room)), max(to, min(*n.High, high+room))
		}
	})
	if from == to {
		from, to = -1, 1
	}
	return roomy(from, to, from-1)
}

// signedEnd prints an end of the axis of changes.
func signedEnd(v float64) string {
	text := wording.Fixed(math.Abs(v), min(4, wording.Decimals(math.Abs(v), 2)))
	switch {
	case v < 0:
		return "−" + text
	case v > 0:
		return "+" + text
	}
	return text
}

// forest draws a change with its interval, the line of no change, and the margin around it.
func forest(x scale, n store.ComparedNumber, margin float64) template.HTML {
	at := func(v float64) int { return int(math.Round(stripWide * x.to(v))) }
	var b strings.Builder
	b.WriteString(`<svg class=s viewBox="0 0 250 24" preserveAspectRatio=none aria-hidden=true>`)
	if margin > 0 {
		fmt.Fprintf(&b, `<path class=margin d="M%d 0H%dV24H%dZ"/>`, at(-margin), at(margin), at(-margin))
	}
	fmt.Fprintf(&b, `<path class=zero d="M%d 0V24"/>`, at(0))
	if n.Mean != nil {
		if n.Low != nil && n.High != nil {
			fmt.Fprintf(&b, `<path class="shift c-%s" d="M%d 12H%d"/>`, n.Kind, at(max(*n.Low, x.low)), at(min(*n.High, x.high)))
		}
		fmt.Fprintf(&b, `<path class="point c-%s" d="M%d 12h0"/>`, n.Kind, at(*n.Mean))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}
