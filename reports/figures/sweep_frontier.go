package figures

import (
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
	if len(s.Metrics()) < 2 || len(s.Points) < 2 {
		return nil
	}
	caption := "Each mark is a setting under a policy: " + meansOf(s) + "; its bars are the 95 % intervals."
	if len(s.Frontier()) > 0 {
		caption += " The line joins the points that no other one beats in both directions; the report names its letters."
	}
	if slices.ContainsFunc(s.Points, func(p analysis.SweepPoint) bool { return p.Standing != nil }) {
		caption += " Marks with a ring are shown to keep every objective."
	}
	if s.CutOff() {
		caption += " Bars that end at an edge go further."
	}
	f := frontier{Sweep: s, looks: looksOf(s.Manifest.Listed, s.PolicyNames())}
	return &Picture{
		Caption: caption,
		height:  4.6*vg.Inch + legendHeight(f.legend(), inner),
		draw:    f.draw,
	}
}

// frontier draws the points of a sweep.
type frontier struct {
	*analysis.Sweep
	looks map[string]look
}

func (f frontier) legend() (list []entry) {
	for _, name := range f.PolicyNames() {
		list = append(list, entry{name: name, dot: f.looks[name].glyph})
	}
	return list
}

func (f frontier) draw(c draw.Canvas) error {
	c = drawLegend(c, f.legend())
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = f.Price.Title(), f.InTime.Title()
	p.X.Tick.Marker, p.Y.Tick.Marker = evenTicks{most: 9}, evenTicks{most: 7}
	points := f.Drawn()
	x0, x1 := f.Price.Extent(points)
	y0, y1 := f.InTime.Extent(points)
	p.X.Min, p.X.Max = around(x0, x1, 0.06)
	p.Y.Min, p.Y.Max = around(y0, y1, 0.08)
	p.X.Min, p.Y.Min = max(p.X.Min, min(0, x0)), max(p.Y.Min, min(0, y0))
	if f.InTime.Format.Unit == "%" { // nothing is above 100 %
		p.Y.Max = min(p.Y.Max, max(y1, 100)+0.04*(p.Y.Max-p.Y.Min))
	}
	var line plotter.XYs
	for _, i := range f.Frontier() {
		_, x, _ := f.Price.Ends(i)
		_, y, _ := f.InTime.Ends(i)
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
	for _, i := range f.Drawn() {
		look := f.looks[f.Points[i].Policy]
		left, mid, right := f.Price.Ends(i)
		bottom, height, top := f.InTime.Ends(i)
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
		_, mid, _ := f.Price.Ends(i)
		_, height, _ := f.InTime.Ends(i)
		name := analysis.Letter(n)
		l.add(name, vg.Point{X: x(mid), Y: y(height)}, style.Width(name), style.Height(name))
	}
	l.place()
	for _, label := range l.labels {
		c.FillText(style, label.box.Min, label.text)
	}
}
