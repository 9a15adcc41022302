package figures

import (
	"math"

	"wavetank/reports/analysis"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// mostPairs is the largest number of pairs of factors in the figure of interactions, and mostLines
// that of lines in a panel.
const (
	mostPairs = 3
	mostLines = 8
)

// pair is a pair of factors that is drawn.
type pair struct{ analysis.FactorPair }

// pairsOf returns the pairs of factors whose interactions are shown.
func pairsOf(s *analysis.Sweep) (list []pair) {
	for _, p := range s.Pairs(mostPairs, mostLines) {
		list = append(list, pair{p})
	}
	return list
}

// interactionPicture draws the means of each level of a factor, with a line for each level of
// another. Parallel lines mean that the factors do not interact.
func interactionPicture(s *analysis.Sweep) *Picture {
	metrics := s.Metrics()
	pairs := pairsOf(s)
	if len(metrics) == 0 || len(pairs) == 0 {
		return nil
	}
	caption := "Each mark is the mean over all points with its levels: " + meansOf(s) + ", without intervals."
	if pairs[0].Lines >= 0 {
		caption += " Where lines are parallel, the effect of one factor does not depend on the other."
	}
	height := vg.Length(2 * figureEdge)
	for _, p := range pairs {
		height += p.height(s)
	}
	return &Picture{
		Caption: caption,
		height:  height,
		draw: func(c draw.Canvas) error {
			for _, p := range pairs {
				part := c
				part.Min.Y = c.Max.Y - p.height(s) + 14 // room below the legend
				p.draw(s, metrics, part)
				c.Max.Y -= p.height(s)
			}
			return nil
		},
	}
}

// height returns the height of the panels of the pair with their legend.
func (p pair) height(s *analysis.Sweep) vg.Length {
	return 2.5*vg.Inch + legendHeight(p.legend(s), inner)
}

// look returns the look of the line of a level. A policy has its own colour, as in every figure.
// Lines that coincide stay visible by their dashes.
func (p pair) look(s *analysis.Sweep, l int) look {
	k := lookOf(l)
	if p.Lines >= 0 && s.Factors[p.Lines].Name == analysis.PolicyFactor {
		k = looksOf(s.Manifest.Listed, s.PolicyNames())[s.Factors[p.Lines].Levels[l]]
	}
	k.line.Dashes = dashes[l%len(dashes)]
	return k
}

// legend lists the levels of the lines.
func (p pair) legend(s *analysis.Sweep) (list []entry) {
	if p.Lines < 0 {
		return nil
	}
	for l, name := range s.Factors[p.Lines].Levels {
		list = append(list, entry{name: s.Factors[p.Lines].Name + " " + name, line: p.look(s, l).line})
	}
	return list
}

func (p pair) draw(s *analysis.Sweep, metrics []*analysis.SweptMetric, c draw.Canvas) {
	c = drawLegend(c, p.legend(s))
	row := make([]*plot.Plot, len(metrics))
	for i, m := range metrics {
		row[i] = p.plot(s, m)
	}
	tiles := draw.Tiles{Rows: 1, Cols: len(metrics), PadX: 18, PadRight: 8, PadTop: 4, PadBottom: 4}
	for i, canvas := range plot.Align([][]*plot.Plot{row}, tiles, c)[0] {
		row[i].Draw(canvas)
	}
}

// plot returns the panel of a metric.
func (p pair) plot(s *analysis.Sweep, m *analysis.SweptMetric) *plot.Plot {
	along := s.Factors[p.Along]
	panel := newPlot()
	panel.X.Label.Text, panel.Y.Label.Text = along.Name, m.Title()
	low, high := math.Inf(1), math.Inf(-1)
	lines := 1
	if p.Lines >= 0 {
		lines = len(s.Factors[p.Lines].Levels)
	}
	for l := range lines {
		var points plotter.XYs
		for a := range along.Levels {
			v := m.At(s, p.In(a, l))
			if math.IsNaN(v) {
				continue
			}
			points = append(points, plotter.XY{X: float64(a), Y: v})
			low, high = min(low, v), max(high, v)
		}
		look := p.look(s, l)
		panel.Add(&plotter.Line{XYs: points, LineStyle: look.line}, &plotter.Scatter{XYs: points, GlyphStyle: look.glyph})
	}
	panel.Y.Min, panel.Y.Max = around(low, high, 0.08)
	if m.Format.Unit == "%" { // nothing is above 100 %
		panel.Y.Max = min(panel.Y.Max, max(high, 100)+0.03*(panel.Y.Max-panel.Y.Min))
	}
	panel.Y.Tick.Marker = evenTicks{most: 6}
	panel.X.Min, panel.X.Max = -0.4, float64(len(along.Levels))-0.6
	style := lettering(8)
	every := 1
	widest := vg.Length(0)
	for _, name := range along.Levels {
		widest = max(widest, style.Width(name))
	}
	room := (inner/2 - 70) / vg.Length(len(along.Levels))
	if widest > room-6 && len(along.Levels) > 6 {
		every = int(math.Ceil(float64((min(widest, 60) + 6) / room)))
	}
	var ticks []plot.Tick
	for a, name := range along.Levels {
		if a%every == 0 {
			ticks = append(ticks, plot.Tick{Value: float64(a), Label: fit(name, style, room*vg.Length(every)-4)})
		}
	}
	panel.X.Tick.Marker = plot.ConstantTicks(ticks)
	return panel
}
