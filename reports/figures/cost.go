package figures

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/reports/analysis"
	"wavetank/reports/wording"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// dot is a policy in the plane of cost and attainment.
type dot struct {
	policy  string
	name    string // with the mark † if the policy knows the load beforehand
	outcome string // the finding over all objectives; "" without objectives
	x, y    compare.Interval
	look    look
}

// dots returns a dot for each policy with a known cost and attainment. Absent names the other
// policies.
func (s *sheet) dots() (dots []dot, absent []string) {
	for i, p := range s.Policies {
		x, y := s.At(p, analysis.CostColumn), s.At(p, analysis.AttainmentColumn)
		if x == nil || y == nil || !finite(x.Value.Mean) || !finite(y.Value.Mean) {
			absent = append(absent, p)
			continue
		}
		d := dot{policy: p, name: wording.Spaced(s.Marked(p, analysis.Plain)), x: x.Value, y: y.Value, look: s.look(i)}
		if standing := s.Standing(p); standing != nil {
			d.outcome = standing.Finding.String()
		}
		dots = append(dots, d)
	}
	return dots, absent
}

// extent is the box around all dots and their intervals.
func extent(dots []dot) (x0, x1, y0, y1 float64) {
	x0, x1, y0, y1 = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, d := range dots {
		low, high := possible("", d.x)
		x0, x1 = min(x0, low), max(x1, high)
		low, high = possible("%", d.y)
		y0, y1 = min(y0, low), max(y1, high)
	}
	return x0, x1, y0, y1
}

// farApart reports whether the axis of attainment should be logarithmic in the misses (ninesScale).
// It should if the misses differ by a large factor and all intervals stay below 100 %.
func farApart(dots []dot) bool {
	fewest, most := math.Inf(1), 0.0
	for _, d := range dots {
		if _, high := ends(d.y); high >= 100 {
			return false
		}
		fewest, most = min(fewest, 100-d.y.Mean), max(most, 100-d.y.Mean)
	}
	return most > 8*fewest
}

// costPicture draws the policies in the plane of cost and attainment. For a single policy there is
// no figure: the tables show its numbers.
func costPicture(s *sheet) *Picture {
	dots, absent := s.dots()
	if len(dots) < 2 {
		return nil
	}
	return &Picture{
		spread:  confidence,
		Caption: captionCost(s, dots, absent),
		height:  5 * vg.Inch,
		draw:    func(c draw.Canvas) error { return drawCost(s, slices.Clone(dots), c) },
	}
}

// alike reports whether all policies cost the same, with the same interval.
func alike(dots []dot) bool {
	return !slices.ContainsFunc(dots, func(d dot) bool { return !near(d.x, dots[0].x) })
}

// near reports whether two intervals are too close to be drawn apart.
func near(a, b compare.Interval) bool {
	a0, a1 := ends(a)
	b0, b1 := ends(b)
	least := 1e-9 * max(math.Abs(a.Mean), math.Abs(b.Mean))
	return math.Abs(a.Mean-b.Mean) <= least && math.Abs(a0-b0) <= least && math.Abs(a1-b1) <= least
}

func captionCost(s *sheet, dots []dot, absent []string) string {
	where := "in both directions. Up and to the left is better. The axes need not begin at zero."
	if alike(dots) {
		where = "upwards and downwards. All cost the same, so they are in the order of the tables. Up is better. The axis need not begin at zero."
	}
	text := fmt.Sprintf("Each point is a policy: the mean over %s, with its 95 %% interval %s All policies get the same requests, so a paired difference can be clear even if these intervals overlap: see the table of differences.",
		wording.Count(s.Replications(), "replication"), where)
	if dots[0].outcome != "" {
		text += " The text after its name says whether it keeps every objective. A model with few requests may miss its objective even if the share over all requests is high."
	}
	if slices.ContainsFunc(dots, func(d dot) bool { return s.Foresees(d.policy) }) {
		text += " " + analysis.ForesightMeans
	}
	if farApart(dots) {
		text += " The vertical axis is logarithmic in the share of misses."
	}
	if len(absent) > 0 {
		text += " Not shown, for want of a finite number: " + wording.List(absent) + "."
	}
	return text
}

// leastSpan is the range of attainment that the figure shows at least, in points.
const leastSpan = 0.1

func drawCost(s *sheet, dots []dot, c draw.Canvas) error {
	x0, x1, y0, y1 := extent(dots)
	if !farApart(dots) { // a tiny difference is not drawn as a large one
		y0 = min(y0, max(0, y1-leastSpan))
	}
	p := newPlot()
	p.X.Min, p.X.Max = around(x0, x1, 0.08)
	p.Y.Min, p.Y.Max = around(y0, y1, 0.08)
	p.X.Min, p.Y.Min = max(p.X.Min, min(0, x0)), max(p.Y.Min, min(0, y0))
	p.Y.Label.Text = "SLO attainment of all requests (%)"
	p.X.Tick.Marker, p.Y.Tick.Marker = evenTicks{most: 9}, evenTicks{most: 7}
	if farApart(dots) {
		p.Y.Scale, p.Y.Tick.Marker = ninesScale{}, ninesTicks{}
		p.Y.Min, p.Y.Max = max(min(0, y0), 100-(100-y0)*1.4), 100-(100-y1)/1.4
		p.Y.Label.Text += ", logarithmic in the misses"
	} else { // a little room above 100 %, for dots at 100 %
		p.Y.Max = min(p.Y.Max, max(100, y1)+0.03*(p.Y.Max-p.Y.Min))
	}
	unit := s.At(dots[0].policy, analysis.CostColumn).Unit
	p.X.Label.Text = "Cost of the measured " + wording.Span(s.Manifest.DurationSeconds-s.Manifest.WarmupSeconds) + " (" + unit + ")"
	if alike(dots) {
		sc := wording.FormatOf(analysis.CostColumn.Metric, unit, []compare.Interval{dots[0].x})
		text := sc.Number(dots[0].x)
		p.X.Label.Text = "All cost the same: " + sc.With(strings.TrimSuffix(text+" "+sc.Spread(dots[0].x), " "))
		for i := range dots {
			dots[i].x = compare.Symmetric(float64(i), math.NaN())
		}
		p.X.Min, p.X.Max, p.X.Tick.Marker = -0.5, float64(len(dots))-0.5, plot.ConstantTicks(nil)
	}
	p.Add(scatter{dots})
	p.Draw(draw.Crop(c, 0, -18, 0, -6))
	return nil
}

// scatter draws the dots with their intervals and names. Dots in one place share a disc and a name.
type scatter struct{ dots []dot }

// cluster is dots in one place.
type cluster []dot

// clusters groups the dots by their places.
func (d scatter) clusters() []cluster {
	var list []cluster
	for _, one := range d.dots {
		at := slices.IndexFunc(list, func(c cluster) bool { return near(c[0].x, one.x) && near(c[0].y, one.y) })
		if at < 0 {
			at, list = len(list), append(list, nil)
		}
		list[at] = append(list[at], one)
	}
	return list
}

// name returns one name for all dots of the cluster.
func (c cluster) name() string {
	var names, notes []string
	for _, d := range c {
		names = append(names, d.name)
	}
	if len(c) > 1 {
		notes = append(notes, "same")
	}
	if one := c[0].outcome; one != "" && !slices.ContainsFunc(c, func(d dot) bool { return d.outcome != one }) {
		notes = append(notes, one)
	}
	if len(notes) == 0 {
		return names[0]
	}
	return strings.Join(names, ", ") + " (" + strings.Join(notes, ", ") + ")"
}

// radius returns the radius of the mark of the cluster, in points.
func (c cluster) radius() vg.Length {
	if len(c) == 1 {
		return c[0].look.glyph.Radius
	}
	return 5
}

// draw draws a single dot in the look of its policy. It draws several dots as a disc, with a sector
// in the colour of each policy.
func (c cluster) draw(on *draw.Canvas, at vg.Point) {
	if len(c) == 1 {
		on.DrawGlyph(c[0].look.glyph, at)
		return
	}
	angle := 2 * math.Pi / float64(len(c))
	for i, d := range c {
		var sector vg.Path
		sector.Move(at)
		sector.Arc(at, c.radius(), math.Pi/2-angle*float64(i+1), angle)
		sector.Close()
		on.SetColor(d.look.colour)
		on.Fill(sector)
	}
}

// Plot implements plot.Plotter.
func (d scatter) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	var l labelling
	l.within = c.Rectangle
	style := lettering(8.5)
	list := d.clusters()
	for _, k := range list {
		at := vg.Point{X: x(k[0].x.Mean), Y: y(k[0].y.Mean)}
		x0, x1 := possible("", k[0].x)
		y0, y1 := possible("%", k[0].y)
		for i, one := range k {
			line := draw.LineStyle{Color: one.look.colour, Width: 1}
			if i > 0 { // dots below stay visible
				line.Dashes, line.DashOffs = []vg.Length{turn, turn * vg.Length(len(k)-1)}, turn*vg.Length(i)
			}
			c.StrokeLine2(line, x(x0), at.Y, x(x1), at.Y)
			c.StrokeLine2(line, at.X, y(y0), at.X, y(y1))
		}
		l.avoid(vg.Rectangle{Min: vg.Point{X: x(x0), Y: at.Y - 2}, Max: vg.Point{X: x(x1), Y: at.Y + 2}}, 2)
		l.avoid(vg.Rectangle{Min: vg.Point{X: at.X - 2, Y: y(y0)}, Max: vg.Point{X: at.X + 2, Y: y(y1)}}, 2)
		r := k.radius() + 1.5
		l.avoid(vg.Rectangle{Min: vg.Point{X: at.X - r, Y: at.Y - r}, Max: vg.Point{X: at.X + r, Y: at.Y + r}}, 4)
		name := fit(k.name(), style, (c.Max.X-c.Min.X)*0.45)
		l.add(name, at, style.Width(name), style.Height(name))
	}
	l.place()
	for j, k := range list {
		label := l.labels[j]
		if nearest := label.nearest(); distance(nearest, label.at) > 14 {
			c.StrokeLine2(draw.LineStyle{Color: grey, Width: 0.5}, label.at.X, label.at.Y, nearest.X, nearest.Y)
		}
		k.draw(&c, label.at)
		style.Color = ink
		if len(k) == 1 {
			style.Color = dark(k[0].look.colour)
		}
		c.FillText(style, label.box.Min, label.text)
	}
}
