package figures

import (
	"errors"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// DeviceFigure is the figure of devices over time: those that a clairvoyant allocator needs, and
// those that policies use.
type DeviceFigure struct {
	Title    string
	Step     float64  // seconds of a window
	Policies []string // of the scenario, for the colours
	Lines    []DeviceCourse
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
	looks := f.looks()
	for i, l := range f.Lines {
		legend = append(legend, entry{name: l.Name, line: f.style(i, looks)})
	}
	return single(paint(4.4*vg.Inch+legendHeight(legend, inner), func(c draw.Canvas) error { return f.draw(drawLegend(c, legend), looks) }, format))
}

// looks returns the look of each line. The colour of a policy is that of all figures.
func (f DeviceFigure) looks() map[string]look {
	var names []string
	for _, l := range f.Lines {
		names = append(names, l.Name)
	}
	return looksOf(f.Policies, names)
}

// style returns the style of a line. That of the first one, the fewest devices, is thick.
func (f DeviceFigure) style(i int, looks map[string]look) draw.LineStyle {
	line := looks[f.Lines[i].Name].line
	if i == 0 {
		line.Width = 2.4
	}
	return line
}

func (f DeviceFigure) draw(c draw.Canvas, looks map[string]look) error {
	p := newPlot()
	p.Title.Text = f.Title + "\ngrey area: the oracle, which knows the load beforehand; means over the replications"
	top, last := 1., 0.
	for _, l := range f.Lines {
		for i, v := range l.Devices {
			top, last = max(top, v), max(last, l.Seconds[i]+f.Step)
		}
	}
	unit := clockFor(last, 10)
	p.X.Min, p.X.Max = 0, last
	p.Y.Min, p.Y.Max = 0, top*1.06
	p.X.Label.Text, p.Y.Label.Text = "Time ("+unit.Unit+")", "Devices"
	p.X.Tick.Marker, p.Y.Tick.Marker = unit, evenTicks{most: 7}
	p.Add(deviceSteps{f, looks})
	p.Draw(draw.Crop(c, 0, -18, 0, -6))
	return nil
}

// deviceSteps draws the lines. The references come last, so they are on top.
type deviceSteps struct {
	DeviceFigure
	looks map[string]look
}

// Plot implements plot.Plotter.
func (d deviceSteps) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	steps := make([][]vg.Point, len(d.Lines))
	for i := range d.Lines {
		for k, v := range d.Lines[i].Devices {
			from, to := d.Lines[i].Seconds[k], d.Lines[i].Seconds[k]+d.Step
			steps[i] = append(steps[i], vg.Point{X: x(from), Y: y(v)}, vg.Point{X: min(c.Max.X, x(to)), Y: y(v)})
		}
	}
	if least := steps[0]; len(least) > 0 {
		c.FillPolygon(faint, slices.Concat([]vg.Point{{X: least[0].X, Y: c.Min.Y}}, least, []vg.Point{{X: least[len(least)-1].X, Y: c.Min.Y}}))
	}
	for _, references := range []bool{false, true} {
		for i := len(d.Lines) - 1; i >= 0; i-- {
			if d.Lines[i].Reference == references {
				c.StrokeLines(d.style(i, d.looks), steps[i])
			}
		}
	}
}
