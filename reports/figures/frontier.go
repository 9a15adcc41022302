package figures

import (
	"errors"
	"image/color"
	"math"
	"slices"

	"wavetank/metrics/compare"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Frontier is the figure of candidates in the plane of cost and margin.
type Frontier struct {
	Title  string
	Points []FrontierPoint
}

// FrontierPoint is one simulated candidate.
type FrontierPoint struct {
	Name   string
	Cost   float64          // $/h
	Margin compare.Interval // share in time minus what is asked, in points, of the worst objective
	Kept   bool             // it is shown to keep every objective
	On     bool             // nothing is cheaper and better
	Best   bool             // the answer
}

// lowestMargin is the lowest margin that is drawn in its place. Points below are drawn at the edge.
const lowestMargin = -20

// mostNamed is the largest number of points with names.
const mostNamed = 14

// Encode draws the figure as "png" or "svg".
func (f Frontier) Encode(format string) ([]byte, error) {
	if len(f.Points) == 0 {
		return nil, errors.New("figure of the frontier: nothing was simulated")
	}
	return single(paint(4.6*vg.Inch, f.draw, format))
}

func (f Frontier) draw(c draw.Canvas) error {
	p := newPlot()
	p.Title.Text = f.Title + "\nfilled: shown to keep every objective; ring: not; triangle: below the edge; line: the frontier"
	x0, x1, y0, y1 := math.Inf(1), math.Inf(-1), 0., 0.
	for _, one := range f.Points {
		x0, x1 = min(x0, one.Cost), max(x1, one.Cost)
		y0, y1 = min(y0, one.Margin.Mean), max(y1, one.Margin.Mean)
	}
	y0 = max(y0, lowestMargin)
	p.X.Min, p.X.Max = around(x0, x1, 0.1)
	if x0 == x1 {
		p.X.Min, p.X.Max = x0*0.9, x1*1.1+1e-9
	}
	p.X.Min = max(0, p.X.Min)
	room := max(0.3, 0.1*(y1-y0))
	p.Y.Min, p.Y.Max = y0-room, y1+room
	p.X.Label.Text = "Cost of the machines ($/h)"
	p.Y.Label.Text = "In time minus what is asked, worst objective (points)"
	p.X.Tick.Marker, p.Y.Tick.Marker = evenTicks{most: 9}, evenTicks{most: 7}
	p.Add(frontierDots{f.Points})
	p.Draw(draw.Crop(c, 0, -18, 0, -6))
	return nil
}

// frontierDots draws the candidates, the line of the objective and the frontier.
type frontierDots struct{ points []FrontierPoint }

// colour returns the colour of a point: kept, missed.
func (o *FrontierPoint) colour() color.NRGBA {
	if o.Kept {
		return palette[2]
	}
	return palette[1]
}

// Plot implements plot.Plotter.
func (d frontierDots) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	style := lettering(8.5)
	style.Color = ink
	c.StrokeLine2(draw.LineStyle{Color: ink, Width: 0.8, Dashes: []vg.Length{4, 3}}, c.Min.X, y(0), c.Max.X, y(0))
	text := "asked"
	c.FillText(style, vg.Point{X: c.Max.X - style.Width(text) - 2, Y: y(0) + 2}, text)
	place := func(one *FrontierPoint) vg.Point {
		return vg.Point{X: x(one.Cost), Y: max(c.Min.Y+4, y(max(lowestMargin, one.Margin.Mean)))}
	}
	var steps []vg.Point
	for i := range d.points {
		if one := &d.points[i]; one.On {
			at := place(one)
			if n := len(steps); n > 0 {
				steps = append(steps, vg.Point{X: at.X, Y: steps[n-1].Y})
			}
			steps = append(steps, at)
		}
	}
	c.StrokeLines(draw.LineStyle{Color: grey, Width: 0.8}, steps)
	l := labelling{within: c.Rectangle}
	l.avoid(vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: y(0) - 1}, Max: vg.Point{X: c.Max.X, Y: y(0) + 1}}, 1)
	var named []int
	for i := range d.points {
		one := &d.points[i]
		at := place(one)
		if m := one.Margin; m.Defined() && m.Mean >= lowestMargin {
			low, high := y(max(p.Y.Min, m.Low)), y(min(p.Y.Max, m.High))
			width := vg.Length(1)
			if !one.On && !one.Kept {
				width = 0.4
			}
			c.StrokeLine2(draw.LineStyle{Color: one.colour(), Width: width}, at.X, low, at.X, high)
			l.avoid(vg.Rectangle{Min: vg.Point{X: at.X - 1, Y: low}, Max: vg.Point{X: at.X + 1, Y: high}}, 2)
		}
		c.DrawGlyph(d.glyph(one), at)
		l.avoid(vg.Rectangle{Min: vg.Point{X: at.X - 5, Y: at.Y - 5}, Max: vg.Point{X: at.X + 5, Y: at.Y + 5}}, 4)
		if one.Best || one.On {
			named = append(named, i)
		}
	}
	if len(named) > mostNamed { // the answer and its neighbours
		best := max(0, slices.IndexFunc(named, func(i int) bool { return d.points[i].Best }))
		from := max(0, min(best-mostNamed+3, len(named)-mostNamed))
		named = named[from : from+mostNamed]
	}
	for _, i := range named {
		one := &d.points[i]
		name := fit(one.Name, style, (c.Max.X-c.Min.X)*0.45)
		l.add(name, place(one), style.Width(name), style.Height(name))
	}
	l.place()
	for j, i := range named {
		label := l.labels[j]
		if nearest := label.nearest(); distance(nearest, label.at) > 14 {
			c.StrokeLine2(draw.LineStyle{Color: grey, Width: 0.5}, label.at.X, label.at.Y, nearest.X, nearest.Y)
		}
		style.Color = dark(d.points[i].colour())
		c.FillText(style, label.box.Min, label.text)
	}
}

// glyph returns the mark of a point: a disc if it keeps all, else a ring; a triangle if it is below
// the lower edge; a large disc for the answer.
func (d frontierDots) glyph(one *FrontierPoint) draw.GlyphStyle {
	g := draw.GlyphStyle{Color: one.colour(), Radius: 3.2, Shape: draw.RingGlyph{}}
	switch {
	case one.Best:
		g.Radius, g.Shape = 5, draw.CircleGlyph{}
	case one.Kept:
		g.Shape = draw.CircleGlyph{}
	case one.Margin.Mean < lowestMargin:
		g.Shape = draw.TriangleGlyph{}
	}
	return g
}
