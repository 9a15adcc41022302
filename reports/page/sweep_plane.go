package page

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/axis"
	"wavetank/reports/wording"
)

// plane shows every point in the plane of the two metrics, and the points of the frontier in a
// table.
func (s *sweepSheet) plane() template.HTML {
	points := s.Drawn()
	if len(points) < 2 {
		return ""
	}
	v := struct {
		Chart template.HTML
		Notes []string
		Table pointTable
	}{Chart: s.scatter(points), Table: s.pointTable("Points of the frontier, by cost", s.frontier)}
	note := "Each point is a setting under a policy: mean over the replications, with its 95 % interval in both directions. Large points are shown to keep every objective, small ones are not. The axes need not begin at zero."
	if s.CutOff() {
		note += " Intervals that end at an edge go further."
	}
	v.Notes = append(v.Notes, note)
	if slices.ContainsFunc(s.policies, s.foresees) {
		v.Notes = append(v.Notes, "Hollow points know the load beforehand (†); they are not on the frontier.")
	}
	return render("sweep-plane", v)
}

// scatter draws the points in the plane of the two metrics.
func (s *sweepSheet) scatter(points []int) template.HTML {
	x0, x1 := s.Price.Extent(points)
	y0, y1 := s.InTime.Extent(points)
	x, y := roomy(x0, x1, 0), roomy(y0, y1, 0)
	most := rows.Whole(s.InTime.Metric, s.InTime.Unit)
	if finite(most) {
		low := max(0, min(y.low, y1-0.2))
		y = linear(low, min(max(y.high, y1+0.05*(y1-low)), most+0.05*(most-low)))
	}
	c := &chart{Class: "scatter", Height: 400, YLabel: s.InTime.Title(), XLabel: s.Price.Title(), About: s.aboutPlane(points)}
	c.mark(x, y, axis.Even(x.low, x.high, 7, false), analysis.Keep(axis.Even(y.low, y.high, 6, false), func(t axis.Tick) bool { return t.Value <= most }))
	var line strings.Builder
	for n, i := range s.frontier {
		_, a, _ := s.Price.Ends(i)
		_, b, _ := s.InTime.Ends(i)
		if n == 0 {
			fmt.Fprintf(&line, "M%d %d", x.x(a), y.y(b))
		} else {
			fmt.Fprintf(&line, "H%dV%d", x.x(a), y.y(b))
		}
	}
	c.path("frontier", line.String())
	var list []spot
	for _, i := range points {
		p := &s.Points[i]
		left, a, right := s.Price.Ends(i)
		bottom, b, top := s.InTime.Ends(i)
		index := slices.Index(s.policies, p.Policy)
		c.path(fmt.Sprintf("whisker faint q%d", index), fmt.Sprintf("M%d %dH%dM%d %dV%d", x.x(max(left, x.low)), y.y(b), x.x(min(right, x.high)), x.x(a), y.y(max(bottom, y.low)), y.y(min(top, y.high))))
		one := spot{index: index}
		one.x.Mean, one.y.Mean = a, b
		if at := slices.Index(s.frontier, i); at >= 0 {
			one.name = analysis.Letter(at)
		}
		list = append(list, one)
	}
	for n, i := range points {
		p := &s.Points[i]
		class := "dot"
		switch {
		case p.Foresees:
			class = "dot ring"
		case p.Standing != nil && !p.Kept():
			class = "dot small"
		}
		at := fmt.Sprintf("M%d %dh0", x.x(list[n].x.Mean), y.y(list[n].y.Mean))
		title := fmt.Sprintf("%s: %s %s, %s %s", s.NameOf(p), s.Cell(&s.Price, i), s.Price.Format.Unit, s.Cell(&s.InTime, i), s.InTime.Format.Unit)
		fmt.Fprintf(&c.shapes, `<path class="%s q%d" d="%s"><title>%s</title></path>`, class, list[n].index, at, template.HTMLEscapeString(title))
		if p.Foresees {
			c.path(fmt.Sprintf("hole q%d", list[n].index), at)
		}
	}
	c.Labels = placed(list, x, y, float64(c.Height))
	for i := range c.Labels {
		c.Labels[i].Class = "name letter"
	}
	return c.draw()
}

// aboutPlane says in words what the plane shows.
func (s *sweepSheet) aboutPlane(points []int) string {
	text := fmt.Sprintf("%s and %s of %s.", s.Price.Title(), s.InTime.Title(), wording.Count(len(points), "point"))
	if n := len(s.frontier); n > 0 {
		text += fmt.Sprintf(" %s on the frontier, from %s to %s; the table below lists them.", wording.Count(n, "point"), s.NameOf(&s.Points[s.frontier[0]]), s.NameOf(&s.Points[s.frontier[n-1]]))
	}
	return text
}
