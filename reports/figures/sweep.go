package figures

import (
	"fmt"
	"image/color"
	"math"

	"wavetank/reports/analysis"
	"wavetank/reports/wording"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// sweepFigures lists the figures of a sweep in the order of the report.
var sweepFigures = []struct {
	name, title string
	of          func(*analysis.Sweep) *Picture // returns nil if there is nothing to show
}{
	{"frontier", "Cost against attainment, with the frontier", frontierPicture},
	{"effects", "Effects of each factor", tornadoPicture},
	{"heat-map", "Two factors together", heatPicture},
	{"interaction", "Interaction of factors", interactionPicture},
}

// OfSweep returns the pictures of a sweep.
func OfSweep(s *analysis.Sweep) []Picture {
	var list []Picture
	for _, f := range sweepFigures {
		if p := f.of(s); p != nil {
			p.Name, p.Title = f.name, f.title
			p.about = headOf(s, p)
			list = append(list, *p)
		}
	}
	return list
}

// headOf says in one line what a picture of a sweep is drawn from.
func headOf(s *analysis.Sweep, p *Picture) string {
	spread := "without intervals"
	if p.Name == "frontier" {
		spread = confidence
	}
	return fmt.Sprintf("%s, %s, %s", s.Manifest.Scenario, meansOf(s), spread)
}

// SweepFiles lists the names of the files of all figures of sweeps.
func SweepFiles() []string {
	var names []string
	for _, f := range sweepFigures {
		for _, format := range Formats() {
			names = append(names, f.name+"."+format)
		}
	}
	return names
}

// meansOf says what the numbers of a figure of a sweep are.
func meansOf(s *analysis.Sweep) string {
	return fmt.Sprintf("means over %s at each of %s", s.Replications(), wording.Count(len(s.Points), "point"))
}

// tornadoPicture draws a bar for each factor and metric, from the lowest to the highest mean of a
// level.
func tornadoPicture(s *analysis.Sweep) *Picture {
	metrics := s.Metrics()
	rows := 0
	for _, m := range metrics {
		rows = max(rows, len(s.Effects(m)))
	}
	if rows == 0 {
		return nil
	}
	return &Picture{
		Caption: "A bar goes from the lowest to the highest mean of a level of the factor, over all points with this level; the line is the mean over all points. The numbers are " + meansOf(s) + ", without intervals: the spread within a level comes from the other factors.",
		height:  vg.Length(rows)*tornadoPitch + tornadoHead + tornadoFoot + 2*figureEdge,
		draw:    func(c draw.Canvas) error { drawTornado(s, metrics, c); return nil },
	}
}

const (
	tornadoPitch = 40 // points from bar to bar
	tornadoHead  = 24
	tornadoFoot  = 28
)

func drawTornado(s *analysis.Sweep, metrics []*analysis.SweptMetric, c draw.Canvas) {
	each := (c.Max.X - c.Min.X) / vg.Length(len(metrics))
	for i, m := range metrics {
		panel := c
		panel.Min.X = c.Min.X + vg.Length(i)*each
		panel.Max.X = panel.Min.X + each - 24
		drawTornadoPanel(s, m, palette[i], panel)
	}
}

func drawTornadoPanel(s *analysis.Sweep, m *analysis.SweptMetric, colour color.NRGBA, c draw.Canvas) {
	title := lettering(9)
	title.YAlign = text.YTop
	c.FillText(title, vg.Point{X: c.Min.X, Y: c.Max.Y}, fit(m.Title(), title, c.Max.X-c.Min.X))
	list := s.Effects(m)
	low, high := math.Inf(1), math.Inf(-1)
	for _, e := range list {
		low, high = min(low, e.Means[e.Low]), max(high, e.Means[e.High])
	}
	middle := m.At(s, func(*analysis.SweepPoint) bool { return true })
	from, to := around(min(low, middle), max(high, middle), 0.05)
	x := func(v float64) vg.Length { return c.Min.X + vg.Length((v-from)/(to-from))*(c.Max.X-c.Min.X) }
	foot := c.Max.Y - tornadoHead - vg.Length(len(list))*tornadoPitch
	small := lettering(7.5)
	small.XAlign, small.YAlign = text.XCenter, text.YTop
	for _, tick := range (evenTicks{most: 6}).Ticks(from, to) {
		at := x(tick.Value)
		c.StrokeLine2(draw.LineStyle{Color: faint, Width: 0.5}, at, foot, at, c.Max.Y-tornadoHead)
		c.FillText(small, vg.Point{X: at, Y: foot - 4}, tick.Label)
	}
	c.StrokeLine2(draw.LineStyle{Color: grey, Width: 0.6}, c.Min.X, foot, c.Max.X, foot)
	c.StrokeLine2(draw.LineStyle{Color: ink, Width: 0.8, Dashes: dashes[1]}, x(middle), foot, x(middle), c.Max.Y-tornadoHead)
	name := lettering(8.5)
	for i, e := range list {
		top := c.Max.Y - tornadoHead - vg.Length(i)*tornadoPitch
		f := s.Factors[e.Factor]
		written(c, name, vg.Point{X: c.Min.X, Y: top - 12}, fit(f.Name, name, c.Max.X-c.Min.X))
		if e.Between <= 1e-9*max(1, math.Abs(middle)) {
			written(c, name, vg.Point{X: c.Min.X, Y: top - 24}, "no effect")
			continue
		}
		c.FillPolygon(colour, box(x(e.Means[e.Low]), top-25, x(e.Means[e.High]), top-15))
		labelEnds(c, small, f.Levels, e, x, top-26)
	}
}

// written writes a text on a white ground, which hides lines behind it.
func written(c draw.Canvas, style text.Style, at vg.Point, label string) {
	ground := style.Rectangle(label).Add(at)
	c.FillPolygon(color.White, box(ground.Min.X-1, ground.Min.Y, ground.Max.X+1, ground.Max.Y))
	c.FillText(style, at, label)
}

// labelEnds writes the levels at the ends of a bar. The two labels do not overlap.
func labelEnds(c draw.Canvas, style text.Style, levels []string, e analysis.Effect, x func(float64) vg.Length, y vg.Length) {
	half := (c.Max.X - c.Min.X) / 2
	between := (x(e.Means[e.Low]) + x(e.Means[e.High])) / 2
	for i, l := range []int{e.Low, e.High} {
		label := fit(levels[l], style, half-8)
		wide := style.Width(label)
		from := min(x(e.Means[l])-wide/2, between-wide-4)
		if i == 1 {
			from = max(x(e.Means[l])-wide/2, between+4)
		}
		from = max(c.Min.X, min(from, c.Max.X-wide))
		written(c, style, vg.Point{X: from + wide/2, Y: y}, label)
	}
}

// shade returns a colour between white and blue for a share from 0 to 1, and the colour of text on
// it.
func shade(share float64) (fill, on color.NRGBA) {
	light, deep := color.NRGBA{0xF1, 0xF6, 0xFB, 0xFF}, color.NRGBA{0x08, 0x40, 0x81, 0xFF}
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + share*(float64(b)-float64(a)))) }
	fill = color.NRGBA{mix(light.R, deep.R), mix(light.G, deep.G), mix(light.B, deep.B), 0xFF}
	if share > 0.45 {
		return fill, color.NRGBA{0xFF, 0xFF, 0xFF, 0xFF}
	}
	return fill, ink
}
