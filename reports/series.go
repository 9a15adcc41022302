package reports

import (
	"maps"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"wavetank/metrics"
)

// mostSteps is how many steps of a time series a panel can show; longer ones are averaged in groups.
const mostSteps = 400

// course is a time series over replications: in the interval up to times[i] from the one before (start for
// the first), the mean and the ends of its interval, which are the mean where there is none.
type course struct {
	start                  float64
	times, mean, low, high []float64
}

// course folds the samples of one metric of one policy. The scope "" stands for the whole: the scope "all"
// where there is one, else the sum over scopes.
func (s *study) course(policy, metric, scope string) course {
	samples := keep(s.Series, func(m metrics.Sample) bool {
		return m.Policy == policy && m.Metric == metric && (scope == "" || m.Scope == scope)
	})
	if scope == "" && slices.ContainsFunc(samples, func(m metrics.Sample) bool { return m.Scope == everything }) {
		samples = keep(samples, func(m metrics.Sample) bool { return m.Scope == everything })
	}
	byTime := map[float64]map[int]float64{}
	for _, m := range samples {
		if byTime[m.Seconds] == nil {
			byTime[m.Seconds] = map[int]float64{}
		}
		byTime[m.Seconds][m.Replication] += m.Value
	}
	times := slices.Sorted(maps.Keys(byTime))
	if len(times) == 0 {
		return course{}
	}
	c := course{}
	if len(times) > 1 {
		c.start = max(0, times[0]-(times[1]-times[0]))
	}
	for part := range slices.Chunk(times, (len(times)+mostSteps-1)/mostSteps) {
		c.add(part, byTime)
	}
	return c
}

// add appends one step: the mean over some samples of each replication that has them all.
func (c *course) add(times []float64, byTime map[float64]map[int]float64) {
	var values []float64
	for _, replication := range slices.Sorted(maps.Keys(byTime[times[0]])) {
		sum, whole := 0.0, true
		for _, t := range times {
			v, ok := byTime[t][replication]
			sum, whole = sum+v, whole && ok && !math.IsInf(v, 0) && !math.IsNaN(v)
		}
		if whole {
			values = append(values, sum/float64(len(times)))
		}
	}
	if len(values) == 0 {
		return
	}
	i := metrics.Mean(values)
	low, high := i.Mean, i.Mean
	if i.Defined() {
		low, high = i.Low, i.High
	}
	c.times = append(c.times, times[len(times)-1])
	c.mean = append(c.mean, i.Mean)
	c.low = append(c.low, low)
	c.high = append(c.high, high)
}

func (c course) top() float64 {
	if len(c.high) == 0 {
		return 0
	}
	return slices.Max(c.high)
}

func (c course) end() float64 {
	if len(c.times) == 0 {
		return 0
	}
	return c.times[len(c.times)-1]
}

// bounded keeps the interval within what the values can be.
func (c course) bounded(least, most float64) course {
	c.low, c.high = slices.Clone(c.low), slices.Clone(c.high)
	for i := range c.low {
		c.low[i], c.high[i] = max(c.low[i], least), min(c.high[i], most)
	}
	return c
}

// steps draws values as a staircase from the start.
func (c course) steps(values []float64) plotter.XYs {
	var points plotter.XYs
	from := c.start
	for i, v := range values {
		points = append(points, plotter.XY{X: from, Y: v}, plotter.XY{X: c.times[i], Y: v})
		from = c.times[i]
	}
	return points
}

// addTo draws the mean as a line and its interval as a band.
func (c course) addTo(p *plot.Plot, l look) error {
	if len(c.times) == 0 {
		return nil
	}
	lower := c.steps(c.low)
	slices.Reverse(lower)
	band, err := plotter.NewPolygon(append(c.steps(c.high), lower...))
	if err != nil {
		return err
	}
	band.Color, band.LineStyle.Width = veil(l.colour), 0
	line, err := plotter.NewLine(c.steps(c.mean))
	if err != nil {
		return err
	}
	line.LineStyle = l.line
	p.Add(band, line)
	return nil
}

// panelColumns is how many panels stand beside each other.
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

// drawPanels draws one plot per title in a grid, with the numbers of the axes at its edges only.
func drawPanels(c draw.Canvas, titles []string, length float64, unit string, panel func(i int) (*plot.Plot, error)) error {
	n := len(titles)
	columns, rows := panelColumns(n), panelRows(n)
	time := clockFor(length, 24/columns)
	plots := make([][]*plot.Plot, rows)
	for i := range rows * columns {
		var p *plot.Plot
		if i < n {
			var err error
			if p, err = panel(i); err != nil {
				return err
			}
			p.Title.Text = twoLines(titles[i], p.Title.TextStyle, inner/vg.Length(columns)-50)
			p.X.Min, p.X.Max, p.X.Tick.Marker = 0, length, time
			if i+columns >= n {
				p.X.Label.Text = "Time (" + time.unit + ")"
			}
			if i%columns == 0 {
				p.Y.Label.Text = unit
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
	return nil
}
