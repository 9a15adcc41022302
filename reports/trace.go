package reports

import (
	"errors"
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// TracePicture is what a picture of a stream of requests shows: its rate over time, and how long its inputs and
// outputs are.
type TracePicture struct {
	Title  string
	Step   float64   // seconds between two rates
	Rates  []float64 // requests per second
	Input  []Bar     // none: the stream has no lengths
	Output []Bar
}

// Bar is a part of a histogram of whole numbers, from Low up to High, which is left out.
type Bar struct {
	Low, High float64
	Share     float64 // in [0, 1]
}

// Encode draws the picture as "png" or "svg".
func (t TracePicture) Encode(format string) ([]byte, error) {
	if len(t.Rates) == 0 || !(t.Step > 0) {
		return nil, errors.New("picture of a trace: there are no rates")
	}
	height := 3.2 * vg.Inch
	if len(t.Input) > 0 {
		height = 5.6 * vg.Inch
	}
	return paint(height, format, t.draw)
}

func (t TracePicture) draw(c draw.Canvas) error {
	rate, err := t.rate()
	if err != nil {
		return err
	}
	if len(t.Input) == 0 {
		rate.Draw(draw.Crop(c, 0, -12, 0, -4))
		return nil
	}
	height := c.Max.Y - c.Min.Y
	rate.Draw(draw.Crop(c, 0, -12, height*0.48, -4))
	lower := draw.Crop(c, 0, -12, 0, -height*0.54)
	width := lower.Max.X - lower.Min.X
	for i, h := range []struct {
		name string
		bars []Bar
	}{{"Input tokens (logarithmic scale)", t.Input}, {"Output tokens (logarithmic scale)", t.Output}} {
		p, err := lengths(h.name, h.bars, palette[i])
		if err != nil {
			return err
		}
		half := vg.Length(i) * width * 0.52
		p.Draw(draw.Crop(lower, half, half-width*0.52, 0, 0))
	}
	return nil
}

// rate draws the rates as steps above a shaded area.
func (t TracePicture) rate() (*plot.Plot, error) {
	p := newPlot()
	end := t.Step * float64(len(t.Rates))
	axis := clockFor(end, 14)
	p.Title.Text = fmt.Sprintf("%s, rate in windows of %s", t.Title, span(t.Step))
	p.X.Label.Text, p.Y.Label.Text = fmt.Sprintf("Time since the first request (%s)", axis.unit), "Requests per second"
	p.X.Tick.Marker, p.Y.Tick.Marker = axis, evenTicks{6}
	line := plotter.XYs{}
	top := 0.0
	for i, r := range t.Rates {
		line = append(line, plotter.XY{X: t.Step * float64(i), Y: r}, plotter.XY{X: t.Step * float64(i+1), Y: r})
		top = max(top, r)
	}
	area, err := plotter.NewPolygon(append(append(plotter.XYs{{}}, line...), plotter.XY{X: end}))
	if err != nil {
		return nil, err
	}
	area.Color, area.LineStyle.Width = veil(palette[0]), 0
	edge, err := plotter.NewLine(line)
	if err != nil {
		return nil, err
	}
	edge.LineStyle = draw.LineStyle{Color: palette[0], Width: 1}
	p.Add(area, edge)
	_, top = around(0, top, 0.05)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, end, 0, top
	return p, nil
}

// lengths draws a histogram whose axis is logarithmic; lengths of zero stand at one half.
func lengths(name string, bars []Bar, colour color.NRGBA) (*plot.Plot, error) {
	p := newPlot()
	p.Title.Text, p.Y.Label.Text = name, "Share of requests (%)"
	p.X.Scale, p.X.Tick.Marker, p.Y.Tick.Marker = plot.LogScale{}, lengthTicks{}, evenTicks{5}
	low, high, top := math.Inf(1), 0.0, 0.0
	for _, b := range bars {
		from := max(b.Low, 0.5)
		low, high, top = min(low, from), max(high, b.High), max(top, 100*b.Share)
		if b.Share == 0 {
			continue
		}
		bar, err := plotter.NewPolygon(plotter.XYs{{X: from}, {X: from, Y: 100 * b.Share}, {X: b.High, Y: 100 * b.Share}, {X: b.High}})
		if err != nil {
			return nil, err
		}
		bar.Color = colour
		bar.LineStyle = draw.LineStyle{Color: color.White, Width: 0.3}
		p.Add(bar)
	}
	_, top = around(0, top, 0.05)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = low, max(high, 2*low), 0, top
	return p, nil
}

// lengthTicks marks a logarithmic axis of token counts at 1, 2 and 5 times the powers of ten, at the powers alone
// where there are many, and evenly where the axis is short.
type lengthTicks struct{}

// Ticks implements plot.Ticker.
func (lengthTicks) Ticks(low, high float64) []plot.Tick {
	if high < 8*low {
		return evenTicks{5}.Ticks(low, high)
	}
	var ticks []plot.Tick
	many := math.Log10(high/low) > 3
	for power := 0.1; power <= high; power *= 10 {
		for m := 1.0; m < 10; m++ {
			value := math.Round(m*power*10) / 10
			if value < low*(1-1e-9) || value > high*(1+1e-9) {
				continue
			}
			label := ""
			if value >= 1 && (m == 1 || !many && (m == 2 || m == 5)) {
				label = grouped(value, 0)
			}
			ticks = append(ticks, plot.Tick{Value: value, Label: label})
		}
	}
	return ticks
}
