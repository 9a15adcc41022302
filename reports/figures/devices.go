package figures

import (
	"errors"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// DeviceFigure is the figure of devices over time: those that a clairvoyant allocator needs, and
// those that policies use.
type DeviceFigure struct {
	Title string
	Step  float64 // seconds of a window
	Lines []DeviceCourse
}

// DeviceCourse is the line of one policy or reference.
type DeviceCourse struct {
	Name      string
	Reference bool
	Seconds   []float64 // when each window begins
	Devices   []float64
}

// Encode draws the figure as "png" or "svg".
func (f DeviceFigure) Encode(format string) ([]byte, error) {
	if len(f.Lines) == 0 || len(f.Lines[0].Seconds) == 0 {
		return nil, errors.New("figure of devices: there is no window")
	}
	var legend []entry
	for i, l := range f.Lines {
		legend = append(legend, entry{name: l.Name, line: f.style(i)})
	}
	return single(paint(4.4*vg.Inch+legendHeight(legend, inner), func(c draw.Canvas) error { return f.draw(drawLegend(c, legend)) }, format))
}

// style returns the style of a line: references are black, the first one thick, others dashed.
func (f DeviceFigure) style(i int) draw.LineStyle {
	switch {
	case i == 0:
		return draw.LineStyle{Color: ink, Width: 2.2}
	case f.Lines[i].Reference:
		return draw.LineStyle{Color: ink, Width: 1.2, Dashes: dashes[1]}
	}
	n := 0
	for _, l := range f.Lines[:i] {
		if !l.Reference {
			n++
		}
	}
	const colours = 6 // the rest of the palette is as dark as the references
	return draw.LineStyle{Color: palette[n%colours], Width: 1.3, Dashes: dashes[n/colours%len(dashes)]}
}

func (f DeviceFigure) draw(c draw.Canvas) error {
	p := newPlot()
	p.Title.Text = f.Title + "\nblack: knows the load beforehand; means over the replications"
	top, last := 1., 0.
	for _, l := range f.Lines {
		for i, v := range l.Devices {
			top, last = max(top, v), max(last, l.Seconds[i]+f.Step)
		}
	}
	unit, name := 1., "Time (s)"
	switch {
	case last > 3*86400:
		unit, name = 86400, "Time (days)"
	case last > 3*3600:
		unit, name = 3600, "Time (h)"
	case last > 180:
		unit, name = 60, "Time (min)"
	}
	p.X.Min, p.X.Max = 0, last/unit
	p.Y.Min, p.Y.Max = 0, top*1.06
	p.X.Label.Text, p.Y.Label.Text = name, "Devices"
	p.X.Tick.Marker, p.Y.Tick.Marker = evenTicks{most: 9}, evenTicks{most: 7}
	p.Add(deviceSteps{f, unit})
	p.Draw(draw.Crop(c, 0, -18, 0, -6))
	return nil
}

// deviceSteps draws the lines. The references come last, so they are on top.
type deviceSteps struct {
	DeviceFigure
	unit float64 // seconds of a unit of the axis
}

// Plot implements plot.Plotter.
func (d deviceSteps) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, references := range []bool{false, true} {
		for i := len(d.Lines) - 1; i >= 0; i-- {
			l := &d.Lines[i]
			if l.Reference != references {
				continue
			}
			var points []vg.Point
			for k, v := range l.Devices {
				from, to := l.Seconds[k]/d.unit, (l.Seconds[k]+d.Step)/d.unit
				points = append(points, vg.Point{X: x(from), Y: y(v)}, vg.Point{X: min(c.Max.X, x(to)), Y: y(v)})
			}
			c.StrokeLines(d.style(i), points)
		}
	}
}
