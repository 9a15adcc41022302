package reports

import (
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

func hasCapacity(s *study) bool {
	return slices.ContainsFunc(s.policies, func(p string) bool { return len(s.course(p, "capacity", "").times) > 0 })
}

func captionCapacity(s *study) string {
	return fmt.Sprintf("Arriving requests per second (grey) and the planned capacity of the ready replicas (line), one panel per policy: mean over %s, with the 95 %% interval of the mean as a band. Demand above the line is demand without planned capacity.",
		count(s.replications(), "replication"))
}

func capacityLegend() []entry {
	return []entry{{name: "Demand", fill: demandFill}, {name: "Capacity (in the colour of the policy)", line: draw.LineStyle{Color: ink, Width: 1.4}}}
}

var demandFill = color.NRGBA{0xCC, 0xCC, 0xCC, 0xFF}

func heightCapacity(s *study) vg.Length { return panelHeight(len(s.policies), capacityLegend()) }

// panelHeight is the height of a figure of panels.
func panelHeight(panels int, legend []entry) vg.Length {
	each := 1.75 * vg.Inch
	if panels < 2 {
		each = 3.5 * vg.Inch
	}
	return vg.Length(panelRows(panels))*each + legendHeight(legend, inner) + 0.5*vg.Inch
}

func drawCapacity(s *study, c draw.Canvas) error {
	c = drawLegend(c, capacityLegend())
	demands, capacities := make([]course, len(s.policies)), make([]course, len(s.policies))
	top, end := 0.0, 0.0
	for i, policy := range s.policies {
		demands[i], capacities[i] = s.course(policy, "demand", ""), s.course(policy, "capacity", "")
		top = max(top, demands[i].top(), capacities[i].top())
		end = max(end, demands[i].end(), capacities[i].end())
	}
	if top == 0 {
		top = 1
	}
	return drawPanels(s, c, end, "Requests per second", func(i int) (*plot.Plot, error) {
		p := newPlot()
		p.Y.Min, p.Y.Max, p.Y.Tick.Marker = 0, top*1.05, evenTicks{5}
		if err := shade(p, demands[i]); err != nil {
			return nil, err
		}
		l := lookOf(i)
		l.line.Dashes = nil // alone in its panel
		return p, capacities[i].addTo(p, l)
	})
}

// shade fills the area below a course.
func shade(p *plot.Plot, c course) error {
	if len(c.times) == 0 {
		return nil
	}
	outline := append(c.steps(c.mean), plotter.XY{X: c.end()}, plotter.XY{X: c.start})
	area, err := plotter.NewPolygon(outline)
	if err != nil {
		return err
	}
	area.Color, area.LineStyle.Width = demandFill, 0
	p.Add(area)
	return nil
}
