package figures

import (
	"cmp"
	"errors"
	"image/color"
	"math"
	"slices"

	"wavetank/reports/wording"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// ParityItem is a quantity, such as TTFT, that was measured and was also predicted by a simulation
// or a step-time model. It has a measured and a predicted value for each item, such as a step or a
// row of measurements. Both are positive.
type ParityItem struct {
	Name      string // name of the quantity, such as TTFT
	Seconds   bool   // the unit is seconds; otherwise it is a plain number
	Measured  []float64
	Predicted []float64
	HeldOut   []bool    // marks items that were held out from a fit
	Load      string    // name of the load, such as clients
	Loads     []float64 // load at which each item was measured; empty if unknown
}

// Parity draws a comparison of measured and predicted quantities, as "png" or "svg". by names the
// predictions, such as "simulated". Each quantity needs at least one item. It gets a column of
// three panels:
//
//   - both distributions, or both values against the loads if these are known,
//   - the predicted items against the measured ones,
//   - the relative differences.
func Parity(title, by string, list []ParityItem, format string) ([]byte, error) {
	return single(paint(8.4*vg.Inch+2*legendLine, func(c draw.Canvas) error { return drawParity(title, by, list, c) }, format))
}

var (
	measuredLook, predictedLook = lookOf(0), dashed(lookOf(1))
	fittedDot                   = draw.GlyphStyle{Color: predictedLook.colour, Radius: 1.8, Shape: draw.CircleGlyph{}}
	heldOutDot                  = draw.GlyphStyle{Color: palette[2], Radius: 2, Shape: draw.RingGlyph{}}
)

// axesNote says which axes are logarithmic. The panels have no room for it.
const axesNote = "Times and throughputs are on logarithmic axes."

// dashed returns a look with dashes, so that a line below stays visible.
func dashed(l look) look {
	l.line.Dashes = dashes[1]
	return l
}

func drawParity(title, by string, list []ParityItem, c draw.Canvas) error {
	entries := []entry{{name: "measured", line: measuredLook.line}, {name: by, line: predictedLook.line}}
	if slices.ContainsFunc(list, func(q ParityItem) bool { return slices.Contains(q.HeldOut, true) }) {
		entries = append(entries, entry{name: "fitted to", dot: fittedDot}, entry{name: "held out", dot: heldOutDot})
	} else {
		entries = append(entries, entry{name: "items", dot: fittedDot})
	}
	c = drawLegend(c, entries)
	style := lettering(10)
	c.FillText(style, vg.Point{X: c.Min.X, Y: c.Max.Y - 11}, fit(title, style, c.Max.X-c.Min.X))
	note := lettering(8)
	note.Color, note.XAlign = grey, text.XRight
	c.FillText(note, vg.Point{X: c.Max.X - 14, Y: c.Max.Y - 11}, axesNote)
	c = draw.Crop(c, 0, 0, 0, -18)
	var rows [][]*plot.Plot
	for _, panel := range []func(ParityItem, string) (*plot.Plot, error){panelDistribution, panelParity, panelResidual} {
		var row []*plot.Plot
		for _, q := range list {
			p, err := panel(q, by)
			if err != nil {
				return err
			}
			row = append(row, p)
		}
		rows = append(rows, row)
	}
	drawNamed(draw.Crop(c, 16, 0, 14, 0), rows)
	return nil
}

// drawNamed draws plots in aligned rows. The name of a horizontal axis is below its plot. The name
// of a vertical axis is to the left of the first plot of a row. The names are drawn apart, because
// a plot makes room for a name as if its axis were linear.
func drawNamed(c draw.Canvas, rows [][]*plot.Plot) {
	below, left := lettering(9), lettering(9)
	below.XAlign, below.YAlign = text.XCenter, text.YTop
	left.XAlign, left.YAlign, left.Rotation = text.XCenter, text.YTop, math.Pi/2
	names := make([][][2]string, len(rows))
	for i, row := range rows {
		for _, p := range row {
			names[i] = append(names[i], [2]string{p.X.Label.Text, p.Y.Label.Text})
			p.X.Label.Text, p.Y.Label.Text = "", ""
		}
	}
	tiles := draw.Tiles{Rows: len(rows), Cols: len(rows[0]), PadX: 16, PadY: 26, PadRight: 14, PadTop: 2}
	for i, row := range plot.Align(rows, tiles, c) {
		for j, canvas := range row {
			rows[i][j].Draw(canvas)
			data := rows[i][j].DataCanvas(canvas)
			canvas.FillText(below, vg.Point{X: data.Center().X, Y: canvas.Min.Y - 2}, names[i][j][0])
			if j == 0 {
				canvas.FillText(left, vg.Point{X: c.Min.X - 16, Y: data.Center().Y}, names[i][j][1])
			}
		}
	}
}

// The least distances of labels, as shares of the length of an axis. Labels of a horizontal axis
// stand side by side.
const (
	apartAbove  = 0.2
	apartBeside = 0.27
)

// ticks returns the tick marks of a logarithmic axis of the quantity.
func (q ParityItem) ticks(least float64) plot.Ticker {
	return apart{latencyTicks{most: 5, plain: !q.Seconds}, least}
}

// apart leaves out each label of a logarithmic axis that would touch the label before it.
type apart struct {
	plot.Ticker
	least float64 // least distance of labels, as a share of the length of the axis
}

// Ticks implements plot.Ticker.
func (a apart) Ticks(low, high float64) []plot.Tick {
	ticks, last := a.Ticker.Ticks(low, high), math.Inf(-1)
	for i := range ticks {
		at := math.Log(ticks[i].Value/low) / math.Log(high/low)
		if ticks[i].Label != "" && at < last+a.least {
			ticks[i].Label = ""
		} else if ticks[i].Label != "" {
			last = at
		}
	}
	return ticks
}

// span returns the range of all items.
func (q ParityItem) span() (low, high float64) {
	all := slices.Concat(q.Measured, q.Predicted)
	return slices.Min(all) / 1.1, slices.Max(all) * 1.1
}

// panelLoads draws a quantity against the loads.
func (q ParityItem) panelLoads(by string) (*plot.Plot, error) {
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = q.Name+" by "+q.Load, "Measured and "+by
	p.Y.Scale, p.Y.Tick.Marker, p.X.Tick.Marker = plot.LogScale{}, q.ticks(apartAbove), evenTicks{most: 5}
	if err := q.lines(p, func(values []float64) (points plotter.XYs) {
		for i, v := range values {
			points = append(points, plotter.XY{X: q.Loads[i], Y: v})
		}
		slices.SortStableFunc(points, func(a, b plotter.XY) int { return cmp.Compare(a.X, b.X) })
		return points
	}); err != nil {
		return nil, err
	}
	err := q.dots(p, func(i int) plotter.XY { return plotter.XY{X: q.Loads[i], Y: q.Predicted[i]} })
	p.Y.Min, p.Y.Max = q.span()
	p.X.Min, p.X.Max = 0, 1.03*slices.Max(q.Loads)
	return p, err
}

func panelDistribution(q ParityItem, by string) (*plot.Plot, error) {
	if len(q.Loads) == len(q.Measured) {
		return q.panelLoads(by)
	}
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = q.Name+", logarithmic", "Share of items (%)"
	p.X.Scale, p.X.Tick.Marker, p.Y.Tick.Marker = plot.LogScale{}, q.ticks(apartBeside), evenTicks{most: 5}
	if err := q.lines(p, func(values []float64) (steps plotter.XYs) {
		n := float64(len(values))
		for i, v := range slices.Sorted(slices.Values(values)) {
			steps = append(steps, plotter.XY{X: v, Y: 100 * float64(i) / n}, plotter.XY{X: v, Y: 100 * float64(i+1) / n})
		}
		return steps
	}); err != nil {
		return nil, err
	}
	p.X.Min, p.X.Max = q.span()
	p.Y.Min, p.Y.Max = 0, 100
	return p, nil
}

// lines adds a line through the measured values and a line through the predicted values.
func (q ParityItem) lines(p *plot.Plot, points func(values []float64) plotter.XYs) error {
	for _, one := range []struct {
		values []float64
		look   draw.LineStyle
	}{{q.Measured, measuredLook.line}, {q.Predicted, predictedLook.line}} {
		line, err := plotter.NewLine(points(one.values))
		if err != nil {
			return err
		}
		line.LineStyle = one.look
		p.Add(line)
	}
	return nil
}

// dots adds a dot for each item. Items that were held out have a colour of their own.
func (q ParityItem) dots(p *plot.Plot, at func(i int) plotter.XY) error {
	var sets [2]plotter.XYs
	for i := range q.Measured {
		k := 0
		if i < len(q.HeldOut) && q.HeldOut[i] {
			k = 1
		}
		sets[k] = append(sets[k], at(i))
	}
	for k, style := range []draw.GlyphStyle{fittedDot, heldOutDot} {
		if len(sets[k]) == 0 {
			continue
		}
		s, err := plotter.NewScatter(sets[k])
		if err != nil {
			return err
		}
		s.GlyphStyle = style
		p.Add(s)
	}
	return nil
}

// straight adds a line through two points.
func straight(p *plot.Plot, a, b plotter.XY, colour color.Color, dashed bool) error {
	line, err := plotter.NewLine(plotter.XYs{a, b})
	if err != nil {
		return err
	}
	line.LineStyle = draw.LineStyle{Color: colour, Width: 0.8}
	if dashed {
		line.Dashes = []vg.Length{3, 3}
	}
	p.Add(line)
	return nil
}

func panelParity(q ParityItem, by string) (*plot.Plot, error) {
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = q.Name+", measured", wording.Capital(by)+"; dashed: ±10 %"
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = q.ticks(apartBeside), q.ticks(apartAbove)
	low, high := q.span()
	for _, factor := range []float64{1, 0.9, 1.1} {
		if err := straight(p, plotter.XY{X: low, Y: low * factor}, plotter.XY{X: high, Y: high * factor}, grey, factor != 1); err != nil {
			return nil, err
		}
	}
	err := q.dots(p, func(i int) plotter.XY { return plotter.XY{X: q.Measured[i], Y: q.Predicted[i]} })
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = low, high, low, high
	return p, err
}

func panelResidual(q ParityItem, by string) (*plot.Plot, error) {
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = q.Name+", measured", wording.Capital(by)+" − measured (% of measured)"
	p.X.Scale, p.X.Tick.Marker, p.Y.Tick.Marker = plot.LogScale{}, q.ticks(apartBeside), evenTicks{most: 6}
	low, high := slices.Min(q.Measured)/1.1, slices.Max(q.Measured)*1.1
	if err := straight(p, plotter.XY{X: low}, plotter.XY{X: high}, grey, false); err != nil {
		return nil, err
	}
	off := make([]float64, len(q.Measured))
	for i := range off {
		off[i] = 100 * (q.Predicted[i]/q.Measured[i] - 1)
	}
	most := residualAxis(off)
	err := q.dots(p, func(i int) plotter.XY {
		return plotter.XY{X: q.Measured[i], Y: min(max(off[i], -most), most)}
	})
	p.X.Min, p.X.Max = low, high
	p.Y.Min, p.Y.Max = -most*1.05, most*1.05
	return p, errors.Join(err, tellBeyond(p, off, most))
}
