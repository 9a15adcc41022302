package figures

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"wavetank/metrics/compare"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// RateFigure is the figure of the share in time against the requests per second.
type RateFigure struct {
	Title    string
	Asked    float64  // percent that every objective asks for; 0: they differ, so margins are drawn
	Policies []string // of the scenario, for the colours
	Curves   []RateCurve
}

// RateCurve is one fleet or policy, with its points by ascending load.
type RateCurve struct {
	Name   string
	Policy string // the policy whose colour it has; "": its own colour
	Points []RatePoint
}

// RatePoint is the result with one factor on all arrivals.
type RatePoint struct {
	Rate   float64          // requests per second
	Load   float64          // the factor
	Margin compare.Interval // share in time minus what is asked, in points, of the worst objective
	Kept   bool             // every objective is shown to be kept
	Best   bool             // the largest factor that is carried
}

// Encode draws the figure as "png" or "svg".
func (f RateFigure) Encode(format string) ([]byte, error) {
	if len(f.Curves) == 0 {
		return nil, errors.New("figure of rates: nothing was simulated")
	}
	f.Curves = slices.Clone(f.Curves)
	for i := range f.Curves {
		c := &f.Curves[i]
		for k := range c.Points {
			if c.Points[k].Margin.Mean < lowestMargin && !c.keptAfter(k) { // the rest is below, too
				c.Points = c.Points[:k+1]
				break
			}
		}
	}
	looks := f.looks()
	var legend []entry
	for i := range f.Curves {
		legend = append(legend, entry{name: f.Curves[i].Name, line: looks[f.Curves[i].coloured()].line})
	}
	return single(paint(4.4*vg.Inch+legendHeight(legend, inner), func(c draw.Canvas) error { return f.draw(drawLegend(c, legend), looks) }, format))
}

// keptAfter reports whether an objective is missed by less than lowestMargin after a point.
func (c *RateCurve) keptAfter(point int) bool {
	return slices.ContainsFunc(c.Points[point+1:], func(o RatePoint) bool { return o.Margin.Mean >= lowestMargin })
}

// coloured returns the name on which the colour of a curve depends.
func (c *RateCurve) coloured() string { return cmp.Or(c.Policy, c.Name) }

// looks returns the look of each curve. The colour of a policy is that of all figures.
func (f RateFigure) looks() map[string]look {
	var names []string
	for i := range f.Curves {
		names = append(names, f.Curves[i].coloured())
	}
	return looksOf(f.Policies, names)
}

func (f RateFigure) draw(c draw.Canvas, looks map[string]look) error {
	p := newPlot()
	p.Title.Text = f.Title + "\nfilled: shown to keep every objective; ring: not; large: the most that is carried; triangle: below the edge"
	x0, x1, y0, y1 := math.Inf(1), 0., 0., 0.
	for _, curve := range f.Curves {
		for _, one := range curve.Points {
			x0, x1 = min(x0, one.Rate), max(x1, one.Rate)
			y0, y1 = min(y0, one.Margin.Mean), max(y1, one.Margin.Mean)
		}
	}
	y0 = max(y0, lowestMargin)
	// what is tried are factors, so a logarithmic axis separates the points
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, latencyTicks{most: 9, plain: true}
	p.X.Min, p.X.Max = x0/1.06, x1*1.06
	room := max(0.3, 0.08*(y1-y0))
	p.Y.Min, p.Y.Max = f.Asked+y0-room, f.Asked+y1+room
	if f.Asked > 0 {
		p.Y.Max = min(p.Y.Max, 100+0.04*(y1-y0))
		p.Y.Label.Text = "In time, worst objective (%)"
	} else {
		p.Y.Label.Text = "In time minus what is asked, worst objective (points)"
	}
	p.X.Label.Text = "Requests per second, logarithmic"
	p.Y.Tick.Marker = evenTicks{most: 7}
	p.Add(rateLines{f, looks})
	p.Draw(draw.Crop(c, 0, -18, 0, -6))
	return nil
}

// rateLines draws the curves and the line of the objective.
type rateLines struct {
	RateFigure
	looks map[string]look
}

// Plot implements plot.Plotter.
func (d rateLines) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	asked := y(d.Asked)
	c.StrokeLine2(draw.LineStyle{Color: ink, Width: 0.8, Dashes: []vg.Length{4, 3}}, c.Min.X, asked, c.Max.X, asked)
	style := lettering(8.5)
	text := "asked"
	if d.Asked > 0 {
		text = fmt.Sprintf("asked: %v %%", d.Asked)
	}
	c.FillText(style, vg.Point{X: c.Max.X - style.Width(text) - 2, Y: asked + 3}, text)
	for i := range d.Curves {
		line := d.looks[d.Curves[i].coloured()].line
		place := func(one *RatePoint, margin float64) vg.Point {
			return vg.Point{X: x(one.Rate), Y: max(c.Min.Y+4, min(c.Max.Y, y(d.Asked+max(lowestMargin, margin))))}
		}
		var points []vg.Point
		for k := range d.Curves[i].Points {
			one := &d.Curves[i].Points[k]
			points = append(points, place(one, one.Margin.Mean))
		}
		c.StrokeLines(line, points)
		for k := range d.Curves[i].Points {
			one := &d.Curves[i].Points[k]
			if m := one.Margin; m.Defined() && m.Mean >= lowestMargin {
				low, high := place(one, m.Low), place(one, min(m.High, 100-d.Asked))
				c.StrokeLine2(draw.LineStyle{Color: line.Color, Width: 0.8}, low.X, low.Y, high.X, high.Y)
			}
			g := draw.GlyphStyle{Color: line.Color, Radius: 2.6, Shape: draw.RingGlyph{}}
			switch {
			case one.Best:
				g.Radius, g.Shape = 4.6, draw.CircleGlyph{}
			case one.Kept:
				g.Shape = draw.CircleGlyph{}
			case one.Margin.Mean < lowestMargin:
				g.Shape = draw.TriangleGlyph{}
			}
			c.DrawGlyph(g, points[k])
		}
	}
}
