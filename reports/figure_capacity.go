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

// served lists the models that have a capacity of their own. Capacities of several models do not add up to
// anything: a replica of a small model takes many times the requests of a large one.
func (s *study) served() []string {
	var models []string
	for _, m := range s.Series {
		if m.Metric == "capacity" && m.Scope != everything && !slices.Contains(models, m.Scope) {
			models = append(models, m.Scope)
		}
	}
	return models
}

// mostModels is the most models that have a panel each.
const mostModels = 9

func captionCapacity(s *study) string {
	panels := "one panel per policy"
	if n := len(s.served()); n > mostModels {
		panels = fmt.Sprintf("one panel for each of the first %d of %d models, all policies in it", mostModels, n)
	} else if n > 1 {
		panels = "one panel per model, all policies in it"
	}
	return fmt.Sprintf("Arriving requests per second (grey) and the planned capacity of the ready replicas (lines), %s: mean over %s, with the 95 %% interval of the mean as a band. Demand above a line is demand without planned capacity.",
		panels, count(s.replications(), "replication"))
}

func capacityLegend(s *study) []entry {
	demand := entry{name: "Demand", fill: demandFill}
	if len(s.served()) < 2 {
		return []entry{demand, {name: "Capacity (in the colour of the policy)", line: draw.LineStyle{Color: ink, Width: 1.4}}}
	}
	list := []entry{demand}
	for i, p := range s.policies {
		list = append(list, entry{name: p, line: lookOf(i).line})
	}
	return list
}

var demandFill = color.NRGBA{0xCC, 0xCC, 0xCC, 0xFF}

func heightCapacity(s *study) vg.Length {
	panels := len(s.policies)
	if n := len(s.served()); n > 1 {
		panels = min(n, mostModels)
	}
	return panelHeight(panels, capacityLegend(s))
}

// panelHeight is the height of a figure of panels.
func panelHeight(panels int, legend []entry) vg.Length {
	each := 1.75 * vg.Inch
	if panels < 2 {
		each = 3.5 * vg.Inch
	}
	return vg.Length(panelRows(panels))*each + legendHeight(legend, inner) + 0.5*vg.Inch
}

func drawCapacity(s *study, c draw.Canvas) error {
	c = drawLegend(c, capacityLegend(s))
	if models := s.served(); len(models) > 1 {
		return s.drawModels(c, models[:min(len(models), mostModels)])
	}
	demands, capacities := make([]course, len(s.policies)), make([]course, len(s.policies))
	top, end := 0.0, 0.0
	for i, policy := range s.policies {
		demands[i], capacities[i] = s.course(policy, "demand", ""), s.course(policy, "capacity", "")
		top = max(top, demands[i].top(), capacities[i].top())
		end = max(end, demands[i].end(), capacities[i].end())
	}
	return drawPanels(c, s.policies, end, "Requests per second", func(i int) (*plot.Plot, error) {
		p, err := demandPlot(demands[i], top)
		if err != nil {
			return nil, err
		}
		l := lookOf(i)
		l.line.Dashes = nil // alone in its panel
		return p, capacities[i].addTo(p, l)
	})
}

// drawModels draws one panel per model, in its own scale. The demand is the same under every policy.
func (s *study) drawModels(c draw.Canvas, models []string) error {
	end := s.course(s.policies[0], "demand", models[0]).end()
	return drawPanels(c, models, end, "Requests per second", func(i int) (*plot.Plot, error) {
		demand := s.course(s.policies[0], "demand", models[i])
		top := demand.top()
		capacities := make([]course, len(s.policies))
		for j, policy := range s.policies {
			capacities[j] = s.course(policy, "capacity", models[i])
			top = max(top, capacities[j].top())
		}
		p, err := demandPlot(demand, top)
		if err != nil {
			return nil, err
		}
		for j := range capacities {
			if err := capacities[j].addTo(p, lookOf(j)); err != nil {
				return nil, err
			}
		}
		return p, nil
	})
}

// demandPlot returns a plot of the demand as an area, up to a top.
func demandPlot(demand course, top float64) (*plot.Plot, error) {
	if top == 0 {
		top = 1
	}
	p := newPlot()
	p.Y.Min, p.Y.Max, p.Y.Tick.Marker = 0, top*1.05, evenTicks{5}
	return p, shade(p, demand)
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
