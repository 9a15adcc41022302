package figures

import (
	"fmt"
	"image/color"
	"slices"

	"wavetank/reports/analysis"
	"wavetank/reports/wording"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// mostPanels is the largest number of panels in a figure.
const mostPanels = 9

// panel is a plot over time of one metric in one scope, with a line for each policy.
type panel struct {
	title  string
	lines  []course // one line for each policy, in the order of the policies
	demand []course // demand under each policy, drawn below the lines; may be empty
	top    float64  // the largest value on the axis
	whole  bool     // the values are counts
}

// shared reports whether the demand is the same under all policies. Such a demand is drawn as one
// area.
func (p panel) shared() bool {
	for _, d := range p.demand {
		if d.print() != p.demand[0].print() {
			return false
		}
	}
	return true
}

// tells reports whether a panel shows more than one number: a line that changes, or lines that
// differ.
func (p panel) tells() bool {
	lines := analysis.Keep(slices.Concat(p.lines, p.demand), func(c course) bool { return !c.Blank() })
	return slices.ContainsFunc(lines, func(c course) bool { return !c.Level() }) ||
		slices.ContainsFunc(analysis.Keep(p.lines, func(c course) bool { return !c.Blank() }), func(c course) bool { return c.print() != lines[0].print() })
}

// printIn returns a key of how a policy is drawn in all panels. Policies that are drawn alike have
// equal keys. The key is empty if the policy has no line.
func printIn(panels []panel, policy int) string {
	text, blank := "", true
	for _, p := range panels {
		text += p.lines[policy].print() + " "
		blank = blank && p.lines[policy].Blank()
		if !p.shared() {
			text += p.demand[policy].print() + " "
		}
	}
	if blank {
		return ""
	}
	return text
}

// plot draws demand, bands and lines, in this order.
func (p panel) plot(s *sheet) *plot.Plot {
	canvas := newPlot()
	canvas.Y.Min, canvas.Y.Max, canvas.Y.Tick.Marker = 0, p.top, evenTicks{most: 5, whole: p.whole}
	p.addDemand(canvas, s)
	var lines strands
	for i, c := range p.lines {
		l := s.look(i)
		addAreas(canvas, c.areas(c.Low, c.High), veil(l.colour))
		lines = append(lines, strand{c.stairs(c.Mean), l.line})
	}
	canvas.Add(lines)
	return canvas
}

// addDemand adds the demand as an area. If the demand depends on the policy, the area shows the
// smallest demand of all policies, and a thin line shows the demand of each policy.
func (p panel) addDemand(canvas *plot.Plot, s *sheet) {
	if len(p.demand) == 0 {
		return
	}
	least := p.demand[0]
	least.Mean = slices.Clone(least.Mean)
	for _, d := range p.demand[1:] {
		for i, v := range d.Mean {
			if finite(v) && !(least.Mean[i] <= v) {
				least.Mean[i] = v
			}
		}
	}
	addAreas(canvas, least.areas(make([]float64, len(least.Mean)), least.Mean), demandFill)
	if p.shared() {
		return
	}
	var lines strands
	for i, d := range p.demand {
		style := s.look(i).line
		style.Width = demandWidth
		lines = append(lines, strand{d.stairs(d.Mean), style})
	}
	canvas.Add(lines)
}

// The styles in which demand is drawn.
var (
	demandFill  = color.NRGBA{0xCC, 0xCC, 0xCC, 0xFF}
	demandWidth = vg.Length(0.7)
)

// region is an area without an outline.
type region struct {
	outline plotter.XYs
	colour  color.Color
}

// Plot implements plot.Plotter.
func (a region) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	outline := make([]vg.Point, len(a.outline))
	for i, v := range a.outline {
		outline[i] = vg.Point{X: x(v.X), Y: y(v.Y)}
	}
	c.FillPolygon(a.colour, c.ClipPolygonXY(outline))
}

// DataRange implements plot.DataRanger.
func (a region) DataRange() (xmin, xmax, ymin, ymax float64) { return plotter.XYRange(a.outline) }

// addAreas adds areas without outlines.
func addAreas(p *plot.Plot, outlines []plotter.XYs, colour color.Color) {
	for _, outline := range outlines {
		p.Add(region{outline, colour})
	}
}

// panelColumns returns how many panels are in a row.
func panelColumns(panels int) int {
	switch {
	case panels < 2:
		return 1
	case panels <= 4:
		return 2
	}
	return 3
}

func panelRows(panels int) int { return (panels + panelColumns(panels) - 1) / panelColumns(panels) }

// panelHeight returns the height of a figure of panels, with a note below the legend.
func panelHeight(panels int, legend []entry) vg.Length {
	each := 1.75 * vg.Inch
	if panels < 2 {
		each = 3.5 * vg.Inch
	}
	return vg.Length(panelRows(panels))*each + legendHeight(legend, inner) + legendLine + 0.5*vg.Inch
}

// stepNote says what a step means in a figure over time. The head of the picture says what its
// bands mean.
func (s *sheet) stepNote(t analysis.TimeSteps) string {
	of := "mean over " + wording.Span(t.Length)
	n := s.Replications()
	if n < 2 {
		return "Each step of a line is the " + of + ", in one replication"
	}
	return fmt.Sprintf("Each step of a line is the %s and over %s", of, wording.Count(n, "replication"))
}

// drawPanels draws panels in a grid. The names of the axes stand at the edges of the grid only.
func drawPanels(c draw.Canvas, s *sheet, panels []panel, axis string) {
	t := panels[0].lines[0].TimeSteps
	n := len(panels)
	columns, rows := panelColumns(n), panelRows(n)
	time := clockFor(t.End(), []int{0, 14, 10, 6}[columns])
	plots := make([][]*plot.Plot, rows)
	for i := range rows * columns {
		var p *plot.Plot
		if i < n {
			p = panels[i].plot(s)
			p.Title.Text = twoLines(panels[i].title, p.Title.TextStyle, inner/vg.Length(columns)-50)
			p.X.Min, p.X.Max, p.X.Tick.Marker = 0, t.End(), time
			if i+columns >= n {
				p.X.Label.Text = "Time (" + time.Unit + ")"
			}
			if i%columns == 0 {
				p.Y.Label.Text = axis
			}
		}
		plots[i/columns] = append(plots[i/columns], p)
	}
	tiles := draw.Tiles{Rows: rows, Cols: columns, PadX: 12, PadY: 8, PadRight: 8, PadTop: 2}
	for i, row := range plot.Align(plots, tiles, c) {
		for j, canvas := range row {
			if plots[i][j] != nil {
				plots[i][j].Draw(canvas)
			}
		}
	}
}

// leading returns as many panels as a figure has room for. If it leaves panels out, it also returns
// a sentence that says so.
func leading(panels []panel, noun string) ([]panel, string) {
	if len(panels) <= mostPanels {
		return panels, ""
	}
	return panels[:mostPanels], fmt.Sprintf(" The first %d of %d %s are shown.", mostPanels, len(panels), noun)
}
