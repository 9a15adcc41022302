package figures

import (
	"errors"
	"fmt"
	"image/color"
	"math"
	"strconv"

	"wavetank/reports/axis"
	"wavetank/reports/wording"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// TracePicture holds what a picture shows of a stream of requests and, if Like is set, of a
// synthetic stream for comparison.
type TracePicture struct {
	Title string
	TraceShape
	Like *TraceShape // nil: only the first stream
}

// TraceShape describes a stream: its rate over time, the lengths of its inputs and outputs, and the
// share of its prompts that prefix caches find.
type TraceShape struct {
	Step   float64   // seconds between two rates
	Rates  []float64 // requests per second
	Input  []Bar     // empty: the stream has no lengths
	Output []Bar
	Found  []Found // by increasing cache size; empty: prompts share no prefixes
}

// Bar is one bar of a histogram of whole numbers. It counts the numbers from Low up to, but not
// including, High.
type Bar struct {
	Low, High float64
	Share     float64 // in [0, 1]
}

// Found is the share of the input tokens, in [0, 1], that a prefix cache finds. Cache is its size
// in tokens.
type Found struct{ Cache, Share float64 }

// Encode draws the picture as "png" or "svg".
func (t TracePicture) Encode(format string) ([]byte, error) {
	if len(t.Rates) == 0 || !(t.Step > 0) {
		return nil, errors.New("picture of a trace: there are no rates")
	}
	height := 3.2 * vg.Inch
	if rows := len(t.rows()); rows > 1 {
		height = vg.Length(rows) * 2.8 * vg.Inch
	}
	if t.Like != nil {
		height += legendHeight(t.legend(), inner)
	}
	return single(paint(height, t.draw, format))
}

// rows lists the panels, row by row.
func (t TracePicture) rows() [][]func() (*plot.Plot, error) {
	rows := [][]func() (*plot.Plot, error){{t.rate}}
	var like TraceShape
	if t.Like != nil {
		like = *t.Like
	}
	if len(t.Input) > 0 {
		rows = append(rows, []func() (*plot.Plot, error){
			func() (*plot.Plot, error) {
				return lengths("Input tokens (logarithmic scale)", t.Input, like.Input, palette[0])
			},
			func() (*plot.Plot, error) {
				colour := palette[1]
				if t.Like != nil {
					colour = palette[0]
				}
				return lengths("Output tokens (logarithmic scale)", t.Output, like.Output, colour)
			},
		})
	}
	if len(t.Found) > 1 {
		rows = append(rows, []func() (*plot.Plot, error){t.found})
	}
	return rows
}

var likeLine = draw.LineStyle{Color: palette[1], Width: 1.2}

func (t TracePicture) legend() []entry {
	return []entry{{name: "trace", fill: palette[0]}, {name: "synthetic workload", line: likeLine}}
}

func (t TracePicture) draw(c draw.Canvas) error {
	if t.Like != nil {
		c = drawLegend(c, t.legend())
	}
	rows := t.rows()
	height, width := (c.Max.Y-c.Min.Y)/vg.Length(len(rows)), c.Max.X-c.Min.X
	for i, row := range rows {
		for j, panel := range row {
			p, err := panel()
			if err != nil {
				return err
			}
			left, right := vg.Length(0), vg.Length(-12)
			if len(row) > 1 {
				left, right = vg.Length(j)*width*0.52, vg.Length(j-1)*width*0.52-12*vg.Length(j)
			}
			p.Draw(draw.Crop(c, left, right, height*vg.Length(len(rows)-1-i)+6, -height*vg.Length(i)-4))
		}
	}
	return nil
}

// stairs returns the rates as a staircase, and the largest rate.
func (s TraceShape) stairs() (line plotter.XYs, top float64) {
	for i, r := range s.Rates {
		line = append(line, plotter.XY{X: s.Step * float64(i), Y: r}, plotter.XY{X: s.Step * float64(i+1), Y: r})
		top = max(top, r)
	}
	return line, top
}

// rate draws the rates as steps above a shaded area.
func (t TracePicture) rate() (*plot.Plot, error) {
	p := newPlot()
	end := t.Step * float64(len(t.Rates))
	time := clockFor(end, 14)
	p.Title.Text = fmt.Sprintf("%s, rate in windows of %s", t.Title, wording.Span(t.Step))
	p.X.Label.Text, p.Y.Label.Text = fmt.Sprintf("Time since the first request (%s)", time.Unit), "Requests per second"
	p.X.Tick.Marker, p.Y.Tick.Marker = time, evenTicks{most: 6}
	line, top := t.stairs()
	p.Add(region{append(append(plotter.XYs{{}}, line...), plotter.XY{X: end}), veil(palette[0])})
	edge, err := plotter.NewLine(line)
	if err != nil {
		return nil, err
	}
	edge.LineStyle = draw.LineStyle{Color: palette[0], Width: 1}
	p.Add(edge)
	if t.Like != nil && len(t.Like.Rates) > 0 {
		line, most := t.Like.stairs()
		top = max(top, most)
		other, err := plotter.NewLine(line)
		if err != nil {
			return nil, err
		}
		other.LineStyle = likeLine
		p.Add(other)
	}
	_, top = around(0, top, 0.05)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, end, 0, top
	return p, nil
}

// found draws which share of the input tokens prefix caches of each size find.
func (t TracePicture) found() (*plot.Plot, error) {
	p := newPlot()
	p.Title.Text = "Input tokens found by a prefix cache, by its size in thousands of tokens (logarithmic scale); least recently used is forgotten first"
	p.Y.Label.Text = "Found (%)"
	p.X.Scale, p.X.Tick.Marker, p.Y.Tick.Marker = plot.LogScale{}, lengthTicks{}, evenTicks{most: 6}
	list := [][]Found{t.Found}
	if t.Like != nil {
		list = append(list, t.Like.Found)
	}
	low, high, top := math.Inf(1), 0.0, 0.0
	for i, points := range list {
		if len(points) == 0 {
			continue
		}
		line := plotter.XYs{}
		for _, f := range points {
			line = append(line, plotter.XY{X: f.Cache / 1000, Y: 100 * f.Share})
			low, high, top = min(low, f.Cache/1000), max(high, f.Cache/1000), max(top, 100*f.Share)
		}
		drawn, err := plotter.NewLine(line)
		if err != nil {
			return nil, err
		}
		drawn.LineStyle = draw.LineStyle{Color: palette[0], Width: 1.4}
		if i > 0 {
			drawn.LineStyle = likeLine
		}
		p.Add(drawn)
	}
	_, top = around(0, top, 0.05)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = low, high, 0, top
	return p, nil
}

// lengths draws a histogram on a logarithmic axis. If like is not empty, a second histogram is a
// line on top of it. Zero lengths are drawn at one half.
func lengths(name string, bars, like []Bar, colour color.NRGBA) (*plot.Plot, error) {
	p := newPlot()
	p.Title.Text, p.Y.Label.Text = name, "Share of requests (%)"
	p.X.Scale, p.X.Tick.Marker, p.Y.Tick.Marker = plot.LogScale{}, lengthTicks{zero: true}, evenTicks{most: 5}
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
	outline := plotter.XYs{}
	for _, b := range like {
		low, high, top = min(low, max(b.Low, 0.5)), max(high, b.High), max(top, 100*b.Share)
		outline = append(outline, plotter.XY{X: max(b.Low, 0.5), Y: 100 * b.Share}, plotter.XY{X: b.High, Y: 100 * b.Share})
	}
	if len(outline) > 0 {
		line, err := plotter.NewLine(outline)
		if err != nil {
			return nil, err
		}
		line.LineStyle = likeLine
		p.Add(line)
	}
	_, top = around(0, top, 0.05)
	if high < 1.5*low { // room on both sides
		low, high = low/1.2, high*1.2
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = low, high, 0, top
	return p, nil
}

// lengthTicks marks a logarithmic axis of token counts. It marks 1, 2 and 5 times the powers of
// ten. It marks only powers of ten on a long axis, and even steps on a short one. If zero is true,
// a mark at one half represents zero.
type lengthTicks struct{ zero bool }

// Ticks implements plot.Ticker.
func (l lengthTicks) Ticks(low, high float64) []plot.Tick {
	if high < 8*low && !(l.zero && low < 1) {
		return evenTicks{most: 5}.Ticks(low, high)
	}
	var ticks []plot.Tick
	if l.zero && low <= 0.5 {
		ticks = append(ticks, plot.Tick{Value: 0.5, Label: "0"})
		low = 1
	}
	many := math.Log10(high/low) > 3
	for power := 0.1; power <= high; power *= 10 {
		for m := 1.0; m < 10; m++ {
			value := math.Round(m*power*10) / 10
			if value < low*(1-1e-9) || value > high*(1+1e-9) {
				continue
			}
			label := ""
			if m == 1 || !many && (m == 2 || m == 5) {
				label = axis.Grouped(value, 0)
				if value < 1 {
					label = strconv.FormatFloat(value, 'g', 2, 64)
				}
			}
			ticks = append(ticks, plot.Tick{Value: value, Label: label})
		}
	}
	return ticks
}
