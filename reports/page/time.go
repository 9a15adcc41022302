package page

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/axis"
	"wavetank/reports/wording"
)

const (
	mostSteps    = 240 // steps of a time series; a longer one is averaged over groups of steps
	bandSteps    = 4   // steps in one step of a band
	mostBands    = 3   // policies; the bands of more are shown one at a time
	mostOfFleet  = 12  // charts of machine types, and of device kinds
	courseHeight = 170 // pixels

	// The heights of the coordinates of a chart over time and of a lane. Their width is the number
	// of steps.
	courseTall = 400
	laneTall   = 200
)

// courseKind is a chart over time of one metric.
type courseKind struct {
	metric, title, unit string
	most                float64 // the end of the axis; 0: the largest value decides
	demand              bool    // the demand is drawn as an area behind the lines
	whole               bool    // the values are counts
}

// The charts of each model, and those of the whole fleet.
var (
	modelCourses = []courseKind{
		{metric: "capacity", title: "Load (grey) and ready capacity", unit: "requests/s", demand: true},
		{metric: "demand_planned", title: "Load (grey) and the demand that was planned for", unit: "requests/s", demand: true},
		{metric: "capacity_coming", title: "Coming capacity, booting or loading", unit: "requests/s"},
		{metric: "waiting", title: "Queue", unit: "requests"},
		{metric: "slo_attainment", title: "In time, by arrival", unit: "%", most: 100},
		{metric: "running", title: "In service", unit: "requests"},
		{metric: "kv_occupancy", title: "KV cache in use", unit: "%", most: 100},
	}
	fleetCourses = []courseKind{
		{metric: "cost_rate", title: "Rent", unit: "$/h"},
		{metric: "machines", title: "Rented", unit: "machines", whole: true},
		{metric: "utilization", title: "Utilization", unit: "%", most: 100},
	}
)

// timeView is the section of charts over time.
type timeView struct {
	Models       tabs
	Fleet        []template.HTML
	Lanes        []lane
	LaneMarks    []axisMark
	Step         string  // length of a step
	Steps        int     // number of steps
	Seconds      float64 // length of a run
	Unit         string  // of the time axis
	UnitSeconds  float64
	Replications int
	Quiet        bool // bands are shown one policy at a time
}

// lane shows when a policy ordered and released machines.
type lane struct {
	policyName
	About     string
	Up, Down  string // paths
	Ordered   float64
	Released  float64
	Decisions int
}

func (s *sheet) time() template.HTML {
	demand := s.StepsOf("demand", mostSteps)
	if len(demand.Ends) < 2 {
		return ""
	}
	unit := axis.TimeFor(demand.End(), 8)
	v := timeView{
		Step: wording.Span(demand.Length), Steps: len(demand.Ends), Seconds: demand.End(), Unit: unit.Unit, UnitSeconds: unit.Seconds,
		Replications: s.Replications(), Quiet: len(s.Policies) > mostBands,
	}
	v.Models = tabs{Group: "time", Label: "Requests"}
	scopes := analysis.Keep(s.Sampled("demand"), func(scope string) bool { return scope != rows.All })
	if slices.Contains(s.Sampled("demand"), rows.All) {
		scopes = append([]string{rows.All}, scopes...)
	}
	for _, scope := range scopes[:min(len(scopes), mostTabs)] {
		var body strings.Builder
		for _, k := range modelCourses {
			body.WriteString(string(s.courseChart(k, scope)))
		}
		if body.Len() > 0 {
			v.Models.Tabs = append(v.Models.Tabs, tab{scopeTitle(scope), template.HTML(`<div class="grid2">` + body.String() + `</div>`)})
		}
	}
	for _, k := range fleetCourses {
		for i, scope := range s.Sampled(k.metric) {
			if one := k; i < mostOfFleet {
				if scope != rows.All {
					one.title += ": " + scopeTitle(scope)
				}
				if html := s.courseChart(one, scope); html != "" {
					v.Fleet = append(v.Fleet, html)
				}
			}
		}
	}
	v.Lanes, v.LaneMarks = s.lanes(demand)
	if len(v.Models.Tabs) == 0 {
		return ""
	}
	return render("time", v)
}

// courseChart draws one metric of one scope over time. It returns "" if there is nothing but zero.
func (s *sheet) courseChart(k courseKind, scope string) template.HTML {
	if !slices.Contains(s.Sampled(k.metric), scope) {
		return ""
	}
	t := s.StepsOf(k.metric, mostSteps)
	var lines []analysis.MeanSeries
	top := 0.0
	for _, p := range s.Policies {
		c := s.SeriesOf(t, analysis.SeriesKey{Policy: p, Metric: k.metric, Scope: scope})
		lines, top = append(lines, c), max(top, c.Top())
	}
	if len(s.Policies) > mostBands { // bands are hidden at first: the lines decide
		top = min(top, 2*topOf(lines))
	}
	var least analysis.MeanSeries
	if k.demand {
		if least = s.leastDemand(scope); len(least.Mean) > 0 {
			top = max(top, least.Top())
		}
	}
	if top == 0 || len(t.Ends) < 2 {
		return ""
	}
	x := linear(0, t.End())
	x.most = len(t.Ends)
	y := linear(0, top*1.04)
	if k.most > 0 && top <= k.most*(1+1e-6) {
		y = linear(0, k.most*1.02)
		if low := s.floorOf(lines); low > k.most/2 { // far from zero: more room for what differs
			y = linear(max(0, low-(k.most-low)*0.25), k.most+(k.most-low)*0.04)
		}
	}
	y.most = courseTall
	c := &chart{Class: "course", Title: k.title, Unit: k.unit, Height: courseHeight, Wide: x.most, Tall: y.most, About: s.aboutCourse(k, scope, lines)}
	c.Data = template.HTMLAttr(fmt.Sprintf(` data-low="%g" data-high="%g"`, y.low, y.high))
	c.mark(x, y, axis.TimeFor(t.End(), 8).Ticks(0, t.End()), analysis.Keep(axis.Even(y.low, y.high, 4, k.whole), func(m axis.Tick) bool { return k.most == 0 || m.Value <= k.most }))
	if len(least.Mean) > 0 {
		c.path("load", area(least, y))
	}
	for i, one := range lines {
		c.path(fmt.Sprintf("band q%d", i), band(one, y))
	}
	for i, one := range lines {
		c.path(fmt.Sprintf("line q%d", i), stairs(one, y))
	}
	return c.draw()
}

// topOf returns the largest mean of all lines.
func topOf(lines []analysis.MeanSeries) float64 {
	top := 0.0
	for _, c := range lines {
		for _, v := range c.Mean {
			if v > top {
				top = v
			}
		}
	}
	return top
}

// floorOf returns the smallest value of all lines, with their bands if these are shown at first.
func (s *sheet) floorOf(lines []analysis.MeanSeries) float64 {
	low := math.Inf(1)
	for _, c := range lines {
		values := c.Low
		if len(s.Policies) > mostBands {
			values = c.Mean
		}
		for _, v := range values {
			if finite(v) {
				low = min(low, v)
			}
		}
	}
	return low
}

// leastDemand returns the smallest mean demand of all policies in each step. Policies differ only
// where clients wait for answers.
func (s *sheet) leastDemand(scope string) analysis.MeanSeries {
	var least analysis.MeanSeries
	t := s.StepsOf("demand", mostSteps)
	for _, p := range s.Policies {
		c := s.SeriesOf(t, analysis.SeriesKey{Policy: p, Metric: "demand", Scope: scope})
		if least.Mean == nil {
			least = c
			least.High = c.Mean
			continue
		}
		for i, v := range c.Mean {
			if finite(v) && !(least.Mean[i] <= v) {
				least.Mean[i] = v
			}
		}
	}
	return least
}

// aboutCourse says in words what a chart over time shows.
func (s *sheet) aboutCourse(k courseKind, scope string, lines []analysis.MeanSeries) string {
	text := fmt.Sprintf("%s, %s, over time.", scopeTitle(scope), strings.ToLower(k.title))
	for i, c := range lines {
		sum, n := 0.0, 0.0
		for _, v := range c.Mean {
			if finite(v) {
				sum, n = sum+v, n+1
			}
		}
		if n > 0 {
			text += fmt.Sprintf(" %s: mean %s, largest %s.", s.Policies[i], wording.Digits(sum/n, 3), wording.Digits(c.Top(), 3))
		}
	}
	return text
}

// lanes shows the orders and releases of machines of each policy in the first replication, and the
// marks of their time axis.
func (s *sheet) lanes(t analysis.TimeSteps) (list []lane, marks []axisMark) {
	x := linear(0, t.End())
	x.most = len(t.Ends)
	const middle = laneTall / 2
	most := 0.0
	changes := map[string][]analysis.Change{}
	for _, p := range s.Policies {
		changes[p] = s.Changes(p, 0)
		for _, c := range changes[p] {
			most = max(most, c.Ordered, c.Released)
		}
	}
	if most == 0 {
		return nil, nil
	}
	for i, p := range s.Policies {
		l := lane{policyName: policyName{i, p, s.Foresees(p)}, Decisions: len(changes[p])}
		var up, down strings.Builder
		place := func(seconds float64) float64 { return float64(x.most) * x.to(seconds) }
		for _, c := range changes[p] {
			length := func(n float64) int { return 24 + int(math.Round((middle-24)*math.Sqrt(n/most))) }
			if c.Ordered > 1e-9 {
				fmt.Fprintf(&up, "M%.1f %dv-%d", place(c.Seconds), middle, length(c.Ordered))
			}
			if c.Released > 1e-9 {
				fmt.Fprintf(&down, "M%.1f %dv%d", place(c.Seconds), middle, length(c.Released))
			}
			l.Ordered, l.Released = l.Ordered+c.Ordered, l.Released+c.Released
		}
		l.Up, l.Down = up.String(), down.String()
		l.About = fmt.Sprintf("%.0f machines ordered and %.0f released after the start, at %d instants", l.Ordered, l.Released, l.Decisions)
		list = append(list, l)
	}
	for i, m := range axis.TimeFor(t.End(), 8).Ticks(0, t.End()) {
		marks = append(marks, axisMark{100 * x.to(m.Value), m.Label, i%2 == 1})
	}
	return list, marks
}
