package reports

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"wavetank/metrics"
)

var (
	costColumn       = column{everything, "cost"}
	attainmentColumn = column{everything, "slo_attainment"}
)

// dot is a policy in the plane of cost and attainment.
type dot struct {
	policy string
	x, y   metrics.Interval
	look   look
}

// dots returns the policies that have both numbers, and the names of those that do not.
func (s *study) dots() (dots []dot, absent []string) {
	for i, p := range s.policies {
		x, y := s.at(p, costColumn), s.at(p, attainmentColumn)
		if x == nil || y == nil || !finite(x.Value.Mean) || !finite(y.Value.Mean) {
			absent = append(absent, p)
			continue
		}
		dots = append(dots, dot{p, x.Value, y.Value, lookOf(i)})
	}
	return dots, absent
}

func finite(v float64) bool { return !math.IsInf(v, 0) && !math.IsNaN(v) }

// ends returns the interval, or the mean twice where there is none.
func ends(i metrics.Interval) (low, high float64) {
	if !i.Defined() {
		return i.Mean, i.Mean
	}
	return i.Low, i.High
}

// extent is the box around all dots and their intervals.
func extent(dots []dot) (x0, x1, y0, y1 float64) {
	x0, x1, y0, y1 = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, d := range dots {
		low, high := ends(d.x)
		x0, x1 = min(x0, low), max(x1, high)
		low, high = ends(d.y)
		y0, y1 = min(y0, low), max(y1, high)
	}
	return x0, x1, y0, y1
}

func hasCostAndAttainment(s *study) bool {
	dots, _ := s.dots()
	return len(dots) > 0
}

// alike reports whether several policies cost the same, always.
func alike(dots []dot) bool {
	low, high, _, _ := extent(dots)
	return len(dots) > 1 && high-low <= 1e-9*math.Abs(high)
}

func captionCost(s *study) string {
	dots, absent := s.dots()
	where := "in both directions. Up and to the left is better. Neither axis begins at zero."
	if alike(dots) {
		where = "upwards and downwards. All cost the same, so they stand in the order of the tables; up is better. The axis does not begin at zero."
	}
	text := fmt.Sprintf("Each point is a policy: the mean over %s, with its 95 %% interval %s Policies met the same requests, so a paired difference can be certain where these intervals overlap: see the table of differences.",
		count(s.replications(), "replication"), where)
	if farApart(dots) {
		text += " The vertical axis is logarithmic in the share of misses."
	}
	if len(absent) > 0 {
		text += " Not shown, for want of a finite number: " + list(absent) + "."
	}
	return text
}

func heightCost(*study) vg.Length { return 5 * vg.Inch }

func drawCost(s *study, c draw.Canvas) error {
	dots, _ := s.dots()
	x0, x1, y0, y1 := extent(dots)
	p := newPlot()
	p.X.Min, p.X.Max = around(x0, x1, 0.08)
	p.Y.Min, p.Y.Max = around(y0, y1, 0.08)
	p.X.Tick.Marker, p.Y.Tick.Marker = evenTicks{9}, evenTicks{7}
	if farApart(dots) {
		p.Y.Scale, p.Y.Tick.Marker = ninesScale{}, ninesTicks{}
		p.Y.Min, p.Y.Max = 100-(100-y0)*1.4, 100-(100-y1)/1.4
	} else { // little room above 100 %, for what lies on it
		p.Y.Max = min(p.Y.Max, max(100, y1)+0.03*(p.Y.Max-p.Y.Min))
	}
	unit := s.at(dots[0].policy, costColumn).Unit
	p.X.Label.Text = "Cost (" + unit + ")"
	if alike(dots) {
		sc := scaleOf(unit, []metrics.Interval{dots[0].x})
		p.X.Label.Text = "All cost the same: " + sc.with(sc.number(dots[0].x))
		for i := range dots {
			dots[i].x = metrics.Symmetric(float64(i), math.NaN())
		}
		p.X.Min, p.X.Max, p.X.Tick.Marker = -0.5, float64(len(dots))-0.5, plot.ConstantTicks(nil)
	}
	p.Y.Label.Text = "SLO attainment (%)"
	p.Add(scatter{dots})
	p.Draw(draw.Crop(c, 0, -18, 0, -6))
	return nil
}

// scatter draws the dots with their intervals and names.
type scatter struct{ dots []dot }

// Plot implements plot.Plotter.
func (d scatter) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	var l labelling
	l.within = c.Rectangle
	style := lettering(8.5)
	for _, k := range d.dots {
		at := vg.Point{X: x(k.x.Mean), Y: y(k.y.Mean)}
		x0, x1 := ends(k.x)
		y0, y1 := ends(k.y)
		line := draw.LineStyle{Color: k.look.colour, Width: 1}
		c.StrokeLine2(line, x(x0), at.Y, x(x1), at.Y)
		c.StrokeLine2(line, at.X, y(y0), at.X, y(y1))
		l.avoid(vg.Rectangle{Min: vg.Point{X: x(x0), Y: at.Y - 2}, Max: vg.Point{X: x(x1), Y: at.Y + 2}}, 2)
		l.avoid(vg.Rectangle{Min: vg.Point{X: at.X - 2, Y: y(y0)}, Max: vg.Point{X: at.X + 2, Y: y(y1)}}, 2)
		l.avoid(vg.Rectangle{Min: vg.Point{X: at.X - 5, Y: at.Y - 5}, Max: vg.Point{X: at.X + 5, Y: at.Y + 5}}, 4)
		name := fit(k.policy, style, (c.Max.X-c.Min.X)*0.45)
		l.add(name, at, style.Width(name), style.Height(name))
	}
	l.place()
	for i, k := range d.dots {
		label := l.labels[i]
		if nearest := label.nearest(); distance(nearest, label.at) > 14 {
			c.StrokeLine2(draw.LineStyle{Color: grey, Width: 0.5}, label.at.X, label.at.Y, nearest.X, nearest.Y)
		}
		c.DrawGlyph(k.look.glyph, label.at)
		style.Color = dark(k.look.colour)
		c.FillText(style, label.box.Min, label.text)
	}
}
