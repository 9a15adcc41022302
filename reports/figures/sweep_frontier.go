package figures

import (
	"math"
	"slices"

	"wavetank/reports/analysis"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// frontierPicture draws every point in the plane of the two metrics, and the frontier: the points
// that no other one beats in both.
func frontierPicture(s *analysis.Sweep) *Picture {
	if len(sweepMetrics(s)) < 2 || len(s.Points) < 2 {
		return nil
	}
	caption := "Each mark is a setting under a policy: " + meansOf(s) + "; its bars are the 95 % intervals."
	if len(s.Frontier()) > 0 {
		caption += " The line joins the points that no other one beats in both directions; the report names its letters."
	}
	if slices.ContainsFunc(s.Points, func(p analysis.SweepPoint) bool { return p.Standing != nil }) {
		caption += " Marks with a ring are shown to keep every objective."
	}
	f := frontier{Sweep: s, looks: looksOf(s.Manifest.Listed, policiesOf(s))}
	return &Picture{
		Caption: caption,
		height:  4.6*vg.Inch + legendHeight(f.legend(), inner),
		draw:    f.draw,
	}
}

func policiesOf(s *analysis.Sweep) (names []string) {
	for _, p := range s.Points {
		if !slices.Contains(names, p.Policy) {
			names = append(names, p.Policy)
		}
	}
	return names
}

// frontier draws the points of a sweep.
type frontier struct {
	*analysis.Sweep
	looks map[string]look
}

func (f frontier) legend() (list []entry) {
	for _, name := range policiesOf(f.Sweep) {
		list = append(list, entry{name: name, dot: f.looks[name].glyph})
	}
	return list
}

// spanOf returns the ends and the middle of a metric of a point, in the unit of its title.
func spanOf(m *analysis.SweptMetric, i int) (low, mid, high float64) {
	low, high = possible(m.Format.Unit, m.Of[i])
	return low * m.Factor, m.Of[i].Mean * m.Factor, high * m.Factor
}

// drawn reports whether a point has finite means.
func (f frontier) drawn(i int) bool {
	return finite(f.Price.Of[i].Mean) && finite(f.InTime.Of[i].Mean)
}

func (f frontier) draw(c draw.Canvas) error {
	c = drawLegend(c, f.legend())
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = f.Price.Title(), f.InTime.Title()
	p.X.Tick.Marker, p.Y.Tick.Marker = evenTicks{most: 9}, evenTicks{most: 7}
	x0, x1, y0, y1 := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for i := range f.Points {
		if f.drawn(i) {
			_, x, _ := spanOf(&f.Price, i)
			_, y, _ := spanOf(&f.InTime, i)
			x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
		}
	}
	p.X.Min, p.X.Max = around(x0, x1, 0.06)
	p.Y.Min, p.Y.Max = around(y0, y1, 0.08)
	p.X.Min, p.Y.Min = max(p.X.Min, min(0, x0)), max(p.Y.Min, min(0, y0))
	if f.InTime.Format.Unit == "%" { // nothing is above 100 %
		p.Y.Max = min(p.Y.Max, max(y1, 100)+0.04*(p.Y.Max-p.Y.Min))
	}
	var line plotter.XYs
	for _, i := range f.Frontier() {
		_, x, _ := spanOf(&f.Price, i)
		_, y, _ := spanOf(&f.InTime, i)
		if n := len(line); n > 0 {
			line = append(line, plotter.XY{X: x, Y: line[n-1].Y})
		}
		line = append(line, plotter.XY{X: x, Y: y})
	}
	if len(line) > 1 {
		p.Add(&plotter.Line{XYs: line, LineStyle: draw.LineStyle{Color: grey, Width: 1.2, Dashes: dashes[1]}})
	}
	p.Add(f)
	p.Draw(draw.Crop(c, 0, -18, 0, -6))
	return nil
}

// Plot implements plot.Plotter.
func (f frontier) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	var l labelling
	l.within = c.Rectangle
	for i := range f.Points {
		if !f.drawn(i) {
			continue
		}
		look := f.looks[f.Points[i].Policy]
		left, mid, right := spanOf(&f.Price, i)
		bottom, height, top := spanOf(&f.InTime, i)
		at := vg.Point{X: x(mid), Y: y(height)}
		thin := draw.LineStyle{Color: veil(look.colour), Width: 0.8}
		c.StrokeLine2(thin, max(c.Min.X, x(left)), at.Y, min(c.Max.X, x(right)), at.Y)
		c.StrokeLine2(thin, at.X, max(c.Min.Y, y(bottom)), at.X, min(c.Max.Y, y(top)))
		c.DrawGlyph(look.glyph, at)
		if f.Points[i].Finding() == "met" {
			c.DrawGlyph(draw.GlyphStyle{Color: ink, Radius: 5.5, Shape: draw.RingGlyph{}}, at)
		}
		l.avoid(vg.Rectangle{Min: vg.Point{X: at.X - 5, Y: at.Y - 5}, Max: vg.Point{X: at.X + 5, Y: at.Y + 5}}, 4)
	}
	style := lettering(8.5)
	for n, i := range f.Frontier() {
		_, mid, _ := spanOf(&f.Price, i)
		_, height, _ := spanOf(&f.InTime, i)
		name := Letter(n)
		l.add(name, vg.Point{X: x(mid), Y: y(height)}, style.Width(name), style.Height(name))
	}
	l.place()
	for _, label := range l.labels {
		c.FillText(style, label.box.Min, label.text)
	}
}
