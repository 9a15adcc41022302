package figures

import (
	"image/color"
	"math"

	"wavetank/reports/analysis"
	"wavetank/reports/wording"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// heatPicture draws two factors as a grid of cells for each metric. With more than two factors, a
// cell is the mean over the others.
func heatPicture(s *analysis.Sweep) *Picture {
	metrics := s.Metrics()
	order := s.Ordered(metrics...)
	if len(metrics) == 0 || len(order) < 2 {
		return nil
	}
	h := heat{Sweep: s, across: order[0], down: order[1]}
	if len(s.Factors[h.across].Levels) < len(s.Factors[h.down].Levels) {
		h.across, h.down = h.down, h.across
	}
	levels := len(s.Factors[h.down].Levels)
	caption := "The two factors with the largest effects. Each cell has the mean over all points with its two levels: " + meansOf(s) + ", without intervals."
	if len(order) > 2 {
		caption += " The other factors are averaged."
	}
	if h.anyKept() {
		caption += " A frame marks cells in which some point is shown to keep every objective."
	}
	return &Picture{
		Caption: caption,
		height:  vg.Length(len(metrics))*(heatHead+heatFoot+vg.Length(levels)*heatCell(levels)) + 2*figureEdge,
		draw: func(c draw.Canvas) error {
			each := (c.Max.Y - c.Min.Y) / vg.Length(len(metrics))
			for i, m := range metrics {
				panel := c
				panel.Max.Y = c.Max.Y - vg.Length(i)*each
				panel.Min.Y = panel.Max.Y - each
				h.draw(m, panel)
			}
			return nil
		},
	}
}

const (
	heatHead = 22
	heatFoot = 42
)

// heatCell is the height of a cell if there are so many levels.
func heatCell(levels int) vg.Length { return max(15, min(34, 240/vg.Length(levels))) }

// heat draws the cells of two factors.
type heat struct {
	*analysis.Sweep
	across, down int // factors
}

// cell reports whether a point belongs to the cell of two levels.
func (h heat) cell(a, d int) func(*analysis.SweepPoint) bool {
	return func(p *analysis.SweepPoint) bool { return p.Levels[h.across] == a && p.Levels[h.down] == d }
}

// kept reports whether some point of a cell is shown to keep every objective and the budget.
func (h heat) kept(a, d int) bool {
	in := h.cell(a, d)
	for i := range h.Points {
		if p := &h.Points[i]; in(p) && p.Finding() == "met" {
			return true
		}
	}
	return false
}

func (h heat) anyKept() bool {
	for a := range h.Factors[h.across].Levels {
		for d := range h.Factors[h.down].Levels {
			if h.kept(a, d) {
				return true
			}
		}
	}
	return false
}

// values returns the means of all cells, and the least and the largest of them.
func (h heat) values(m *analysis.SweptMetric) (list [][]float64, low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for d := range h.Factors[h.down].Levels {
		var row []float64
		for a := range h.Factors[h.across].Levels {
			v := m.At(h.Sweep, h.cell(a, d))
			if !math.IsNaN(v) {
				low, high = min(low, v), max(high, v)
			}
			row = append(row, v)
		}
		list = append(list, row)
	}
	return list, low, high
}

func (h heat) draw(m *analysis.SweptMetric, c draw.Canvas) {
	across, down := h.Factors[h.across], h.Factors[h.down]
	title, style := lettering(9), lettering(8)
	title.YAlign = text.YTop
	c.FillText(title, vg.Point{X: c.Min.X, Y: c.Max.Y}, fit(m.Title(), title, inner))
	names := style.Width(down.Name)
	for _, l := range down.Levels {
		names = max(names, style.Width(l))
	}
	names = min(names, inner/4) + 10
	list, low, high := h.values(m)
	tall := heatCell(len(down.Levels))
	wide := (c.Max.X - c.Min.X - names) / vg.Length(len(across.Levels))
	decimals := wording.Decimals(max(math.Abs(high), math.Abs(low)), 3)
	if high-low > 0 {
		decimals = max(decimals, min(3, wording.Decimals(high-low, 2)))
	}
	side := style
	side.XAlign, side.YAlign = text.XRight, text.YCenter
	top := c.Max.Y - heatHead
	c.FillText(side, vg.Point{X: c.Min.X + names - 6, Y: c.Max.Y - 16}, fit(down.Name, side, names-8))
	for d, row := range list {
		y := top - vg.Length(d)*tall
		c.FillText(side, vg.Point{X: c.Min.X + names - 6, Y: y - tall/2}, fit(down.Levels[d], side, names-8))
		for a, v := range row {
			x := c.Min.X + names + vg.Length(a)*wide
			h.drawCell(c, v, low, high, decimals, h.kept(a, d), vg.Rectangle{Min: vg.Point{X: x, Y: y - tall}, Max: vg.Point{X: x + wide, Y: y}})
		}
	}
	below := style
	below.XAlign, below.YAlign = text.XCenter, text.YTop
	foot := top - vg.Length(len(list))*tall
	for a, l := range across.Levels {
		c.FillText(below, vg.Point{X: c.Min.X + names + (vg.Length(a)+0.5)*wide, Y: foot - 4}, fit(l, below, wide-4))
	}
	c.FillText(below, vg.Point{X: c.Min.X + names + wide*vg.Length(len(across.Levels))/2, Y: foot - 16}, fit(across.Name, below, inner-names))
}

// drawCell draws a cell with its value. A cell without a value is grey.
func (h heat) drawCell(c draw.Canvas, v, low, high float64, decimals int, kept bool, at vg.Rectangle) {
	share := 0.5
	if high > low {
		share = (v - low) / (high - low)
	}
	label, fill, on := "–", color.NRGBA(faint), ink
	if !math.IsNaN(v) {
		fill, on = shade(share)
		label = wording.Fixed(v, decimals)
	}
	c.FillPolygon(fill, box(at.Min.X+1, at.Min.Y+1, at.Max.X-1, at.Max.Y-1))
	if kept {
		corners := box(at.Min.X+2, at.Min.Y+2, at.Max.X-2, at.Max.Y-2)
		c.StrokeLines(draw.LineStyle{Color: palette[1], Width: 1.6}, append(corners, corners[0]))
	}
	style := lettering(7.5)
	style.Color, style.XAlign, style.YAlign = on, text.XCenter, text.YCenter
	if style.Width(label) <= at.Max.X-at.Min.X-4 {
		c.FillText(style, vg.Point{X: (at.Min.X + at.Max.X) / 2, Y: (at.Min.Y + at.Max.Y) / 2}, label)
	}
}
