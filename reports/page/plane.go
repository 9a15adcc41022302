package page

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/axis"
	"wavetank/reports/wording"
)

// tabs are pictures of which a reader sees one at a time.
type tabs struct {
	Group string // name of the radio buttons
	Label string // what the choice is about
	Tabs  []tab
	Note  template.HTML
}

type tab struct {
	Title string
	Body  template.HTML
}

// mostTabs is the largest number of tabs. assets/style.css has a rule for each.
const mostTabs = 24

// costColumn is the cost per hour, or the cost of the run if that is all there is.
func (s *sheet) costColumn() analysis.Column {
	if rate := (analysis.Column{Scope: rows.All, Metric: "cost_rate"}); s.Has(rate) {
		return rate
	}
	return analysis.CostColumn
}

// plane shows the policies in the plane of cost and attainment: over all requests, and for each
// objective.
func (s *sheet) plane() template.HTML {
	v := tabs{Group: "plane", Label: "Requests"}
	judged := s.Judged()
	add := func(title string, body template.HTML) {
		if body != "" && len(v.Tabs) < mostTabs {
			v.Tabs = append(v.Tabs, tab{title, body})
		}
	}
	single := len(judged) == 1
	if single {
		add(judged[0].Name, s.scatter(judged[0].Scope, judged[0].Percent))
	}
	if !single || judged[0].Scope != rows.All {
		add("All requests", s.scatter(rows.All, 0))
	}
	for _, o := range judged {
		if !single {
			add(o.Name, s.scatter(o.Scope, o.Percent))
		}
	}
	if len(v.Tabs) == 0 {
		return ""
	}
	note := "Each point is a policy: mean, with its 95 % interval in both directions. Up and to the left is better. The axes need not begin at zero."
	if slices.ContainsFunc(s.Policies, s.Foresees) && !s.Decision.Oracular {
		note += " Hollow points know the load beforehand (†)."
	}
	v.Note = sentence(note + " The stepped line joins the policies that no other beats in both directions. All policies got the same requests, so a paired difference can be clear even if intervals overlap: see the shifts below.")
	return render("tabs", v)
}

// spot is a policy in the plane.
type spot struct {
	index    int
	name     string
	foresees bool
	x, y     compare.Interval
	weight   int // names of larger weight get their places first
}

// spots lists the policies with a known cost and share in time.
func (s *sheet) spots(scope string) (list []spot) {
	for i, p := range s.Policies {
		x, y := s.At(p, s.costColumn()), s.At(p, analysis.Column{Scope: scope, Metric: analysis.AttainmentColumn.Metric})
		if x != nil && y != nil && finite(x.Value.Mean) && finite(y.Value.Mean) {
			list = append(list, spot{index: i, name: p, foresees: s.Foresees(p) && !s.Decision.Oracular, x: x.Value, y: y.Value})
		}
	}
	return list
}

func finite(v float64) bool { return !math.IsInf(v, 0) && !math.IsNaN(v) }

// within returns the ends of an interval, cut to 0 and most. It returns the mean twice if there is
// no interval.
func within(i compare.Interval, most float64) (low, high float64) {
	if !i.Defined() {
		return i.Mean, i.Mean
	}
	return max(i.Low, min(0, i.Mean)), min(i.High, max(most, i.Mean))
}

// scatter draws the plane for one scope. Percent is the objective, or 0 for none.
func (s *sheet) scatter(scope string, percent float64) template.HTML {
	list := s.spots(scope)
	if len(list) < 2 {
		return ""
	}
	x0, x1, y0, y1 := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, d := range list {
		a, b := within(d.x, math.Inf(1))
		x0, x1 = min(x0, a), max(x1, b)
		a, b = within(d.y, 100)
		y0, y1 = min(y0, a), max(y1, b)
	}
	if percent > 0 {
		y0, y1 = min(y0, percent), max(y1, percent)
	}
	x := roomy(x0, x1, 0)
	y := roomy(y0, y1, 0)
	y = linear(max(0, min(y.low, y1-0.2)), min(y.high, 100+0.04*(100-y.low)))
	unit := s.At(s.Policies[list[0].index], s.costColumn()).Unit
	same := alike(list)
	if same { // side by side, in the order of the tables
		x = linear(-0.6, float64(len(list))-0.4)
		for i := range list {
			list[i].x = compare.Interval{Mean: float64(i), Low: math.NaN(), High: math.NaN()}
		}
	}
	c := &chart{Class: "scatter", Height: 380, YLabel: "In time (%)", XLabel: "Cost (" + unit + ")", About: s.aboutPlane(list, scope, percent)}
	ticks := axis.Even(x.low, x.high, 7, false)
	if same {
		ticks, c.XLabel = nil, "All cost the same: "+s.Hourly(s.Policies[list[0].index])
	}
	c.mark(x, y, ticks, analysis.Keep(axis.Even(y.low, y.high, 6, false), func(t axis.Tick) bool { return t.Value <= 100 }))
	if percent > 0 {
		c.path("goal", fmt.Sprintf("M0 %dH%d", y.y(percent), wide))
		c.Labels = append(c.Labels, pointLabel{X: 100, Y: 100 * y.to(percent), Index: -1, Class: "goaltext", Text: "objective " + wording.Number(percent) + " %"})
	}
	if !same {
		c.path("frontier", frontier(list, x, y))
		s.boundMark(c, x)
	}
	for _, d := range list {
		low, high := within(d.x, math.Inf(1))
		a, b := within(d.y, 100)
		if !finite(high) {
			high = x.high
		}
		c.path(fmt.Sprintf("whisker q%d", d.index), fmt.Sprintf("M%d %dH%dM%d %dV%d", x.x(low), y.y(d.y.Mean), x.x(high), x.x(d.x.Mean), y.y(a), y.y(b)))
	}
	for _, d := range list {
		class := "dot"
		if d.foresees {
			class = "dot ring"
		}
		at := fmt.Sprintf("M%d %dh0", x.x(d.x.Mean), y.y(d.y.Mean))
		c.path(fmt.Sprintf("%s q%d", class, d.index), at)
		if d.foresees {
			c.path(fmt.Sprintf("hole q%d", d.index), at)
		}
	}
	c.Labels = append(c.Labels, placed(list, x, y, float64(c.Height))...)
	return c.draw()
}

// alike reports whether all policies cost the same.
func alike(list []spot) bool {
	return !slices.ContainsFunc(list, func(d spot) bool { return math.Abs(d.x.Mean-list[0].x.Mean) > 1e-9*math.Abs(list[0].x.Mean) })
}

// roomy is a scale with a margin around a range. It does not go below least.
func roomy(low, high, least float64) scale {
	margin := (high - low) * 0.09
	if margin == 0 {
		margin = max(math.Abs(low)*0.1, 0.5)
	}
	return linear(max(low-margin, min(least, low)), high+margin)
}

// frontier is the stepped line through the policies that no other beats in both directions. It
// leaves out policies that know the load beforehand.
func frontier(list []spot, x, y scale) string {
	able := analysis.Keep(list, func(d spot) bool { return !d.foresees })
	slices.SortFunc(able, func(a, b spot) int {
		return cmp.Or(cmp.Compare(a.x.Mean, b.x.Mean), cmp.Compare(b.y.Mean, a.y.Mean))
	})
	var path strings.Builder
	best := math.Inf(-1)
	for _, d := range able {
		if d.y.Mean <= best {
			continue
		}
		if best = d.y.Mean; path.Len() == 0 {
			fmt.Fprintf(&path, "M%d %d", x.x(d.x.Mean), y.y(d.y.Mean))
		} else {
			fmt.Fprintf(&path, "H%dV%d", x.x(d.x.Mean), y.y(d.y.Mean))
		}
	}
	if path.Len() > 0 {
		fmt.Fprintf(&path, "H%d", wide)
	}
	return path.String()
}

// boundMark marks the least cost that any policy could have: the mean work bound of the policies.
// It stands at the left edge if it is beyond the axis.
func (s *sheet) boundMark(c *chart, x scale) {
	if s.costColumn() == analysis.CostColumn {
		return
	}
	hours := (s.Manifest.DurationSeconds - s.Manifest.WarmupSeconds) / 3600
	least := math.Inf(1)
	for _, p := range s.Policies {
		if b := s.At(p, analysis.Column{Scope: rows.All, Metric: "work_bound"}); b != nil && b.Value.Mean > 0 {
			least = min(least, b.Value.Mean/hours)
		}
	}
	if !finite(least) || hours <= 0 {
		return
	}
	text := "work bound " + wording.Rough("$/h", compare.Interval{Mean: least, Low: math.NaN(), High: math.NaN()})
	if at := x.to(least); at >= 0 {
		c.path("bound", fmt.Sprintf("M%d 0V%d", x.x(least), high))
		c.Labels = append(c.Labels, pointLabel{X: 100 * at, Y: 0, Index: -1, Class: "boundtext", Text: text})
		return
	}
	c.Labels = append(c.Labels, pointLabel{X: 0, Y: 0, Index: -1, Class: "boundtext", Text: "← " + text})
}

// placed finds a place for the name of each point that has one, so that names do not lie on each
// other or on other points. It supposes a picture of 760 pixels in width.
func placed(list []spot, x, y scale, height float64) (labels []pointLabel) {
	const width, letter, line = 760.0, 7.2, 16.0
	type box struct{ x0, y0, x1, y1 float64 }
	var taken []box
	for _, d := range list {
		cx, cy := width*x.to(d.x.Mean), height*(1-y.to(d.y.Mean))
		taken = append(taken, box{cx - 7, cy - 7, cx + 7, cy + 7})
	}
	overlap := func(a, b box) float64 {
		w, h := min(a.x1, b.x1)-max(a.x0, b.x0), min(a.y1, b.y1)-max(a.y0, b.y0)
		if w <= 0 || h <= 0 {
			return 0
		}
		return w * h
	}
	for _, d := range list {
		if d.name == "" {
			continue
		}
		cx, cy := width*x.to(d.x.Mean), height*(1-y.to(d.y.Mean))
		text := d.name
		if d.foresees {
			text += " †"
		}
		long := letter * float64(len([]rune(text)))
		best, cost := box{}, math.Inf(1)
		for _, dx := range []float64{10, -10 - long, -long / 2} {
			for _, dy := range []float64{-line / 2, -line - 6, 6, -2*line - 6, line + 6, -3*line - 6, 2*line + 6} {
				b := box{cx + dx, cy + dy, cx + dx + long, cy + dy + line}
				bad := math.Hypot(dx+long/2, dy+line/2) * 0.2
				bad += 50 * (max(0, -b.x0) + max(0, b.x1-width) + max(0, -b.y0) + max(0, b.y1-height))
				for _, t := range taken {
					bad += 4 * overlap(b, t)
				}
				if bad < cost {
					best, cost = b, bad
				}
			}
		}
		taken = append(taken, best)
		labels = append(labels, pointLabel{X: 100 * x.to(d.x.Mean), Y: 100 * y.to(d.y.Mean),
			DX: int(math.Round(best.x0 - cx)), DY: int(math.Round(best.y0 - cy)), Index: d.index, Class: "name", Text: text})
	}
	return labels
}

// aboutPlane says in words what the plane shows.
func (s *sheet) aboutPlane(list []spot, scope string, percent float64) string {
	text := scopeTitle(scope) + ": cost and share in time of each policy."
	if percent > 0 {
		text += " The objective is " + wording.Number(percent) + " %."
	}
	for _, d := range list {
		text += fmt.Sprintf(" %s: %s, %s %%.", d.name, wording.Rough("$/h", d.x), wording.Rough("1", d.y))
	}
	return text
}
