package figures

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/wording"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// shown lists the metrics for which the figure of bars has room.
func (s *sheet) shown() []analysis.Column {
	list := []string{"slo_attainment", "latency_p99", "cost", "utilization"}
	if s.Tokens(rows.All) {
		list = []string{"slo_attainment", "goodput", "ttft_p95", "tpot_p95", "cost", "utilization"}
	}
	var columns []analysis.Column
	for _, metric := range list {
		if c := (analysis.Column{Scope: rows.All, Metric: metric}); s.Has(c) {
			columns = append(columns, c)
		}
	}
	return columns
}

// metricsPicture draws a bar for each policy and main metric. With a single policy there is no
// figure: the tables show its numbers.
func metricsPicture(s *sheet) *Picture {
	shown := s.shown()
	if len(s.Policies) < 2 || len(shown) == 0 {
		return nil
	}
	high := vg.Length((len(shown) + 1) / 2) // rows of two panels
	return &Picture{
		spread:  confidence,
		Caption: captionMetrics(s),
		height:  high*s.barPanel() + 2*figureEdge,
		draw:    func(c draw.Canvas) error { return drawMetrics(s, shown, c) },
	}
}

func captionMetrics(s *sheet) string {
	return fmt.Sprintf("Bars from zero: mean over %s; thin lines and ± give its 95 %% interval. ∞: so many requests never finished that the percentile is infinite. ± ∞, and a line without an end: the interval has no upper end.", wording.Count(s.Replications(), "replication"))
}

const (
	barPitch = 18 // points from bar to bar
	barHead  = 16 // above the first bar, for the title
	barFoot  = 24 // below the last bar, for the axis
)

func (s *sheet) barPanel() vg.Length { return barHead + vg.Length(len(s.Policies))*barPitch + barFoot }

// nameWidth is the room for the names of the policies, at most a quarter of the figure.
func (s *sheet) nameWidth() vg.Length {
	widest := vg.Length(0)
	for _, p := range s.Policies {
		widest = max(widest, lettering(8).Width(p))
	}
	return min(widest, inner/4) + 8
}

func drawMetrics(s *sheet, shown []analysis.Column, c draw.Canvas) error {
	names := s.nameWidth()
	style := lettering(8)
	style.XAlign, style.YAlign = text.XRight, text.YCenter
	each := (c.Max.X - c.Min.X - names) / 2
	for i, at := range shown {
		panel := c
		panel.Max.Y = c.Max.Y - vg.Length(i/2)*s.barPanel()
		panel.Min.Y = panel.Max.Y - s.barPanel()
		if i%2 == 0 {
			for j, p := range s.Policies {
				c.FillText(style, vg.Point{X: c.Min.X + names - 6, Y: barHeight(panel, j)}, twoLines(p, style, names-6))
			}
		}
		panel.Min.X += names + vg.Length(i%2)*each
		panel.Max.X = panel.Min.X + each - 14
		s.drawBars(panel, at)
	}
	return nil
}

// barHeight returns the vertical position of the middle of the i-th bar, in points.
func barHeight(c draw.Canvas, i int) vg.Length {
	return c.Max.Y - barHead - (vg.Length(i)+0.5)*barPitch
}

func (s *sheet) drawBars(c draw.Canvas, at analysis.Column) {
	intervals := make([]compare.Interval, len(s.Policies))
	unit := ""
	for i, p := range s.Policies {
		intervals[i].Mean = math.NaN()
		if v := s.At(p, at); v != nil {
			intervals[i], unit = v.Value, v.Unit
		}
	}
	sc := wording.FormatOf(at.Metric, unit, intervals)
	texts, widest := make([]string, len(intervals)), vg.Length(0)
	style := lettering(8)
	style.YAlign = text.YCenter
	for i, v := range intervals {
		texts[i] = strings.TrimSuffix(sc.Number(v)+" "+sc.Spread(v), " ")
		widest = max(widest, style.Width(texts[i]))
	}
	title := lettering(9)
	title.YAlign = text.YTop
	c.FillText(title, vg.Point{X: c.Min.X, Y: c.Max.Y}, fit(barTitle(at.Metric, sc), title, c.Max.X-c.Min.X))

	bars := c
	bars.Max.X = max(c.Max.X-widest-8, c.Min.X+20)
	x := barAxis(bars, sc, intervals)
	for i, v := range intervals {
		y := barHeight(c, i)
		if finite(v.Mean) {
			bars.FillPolygon(s.look(i).colour, box(x(0), y-5.5, x(v.Mean), y+5.5))
		}
		if v.Defined() && v.Half() > 0 {
			from, to := possible(sc.Unit, v)
			low, high := x(from), min(x(to), bars.Max.X) // an infinite interval goes to the edge
			// the white edge keeps the line visible on any bar
			for _, line := range []draw.LineStyle{{Color: color.White, Width: 2.6}, {Color: ink, Width: 1}} {
				bars.StrokeLine2(line, low, y, high, y)
			}
			bars.StrokeLine2(draw.LineStyle{Color: ink, Width: 1}, low, y-3, low, y+3)
			if finite(to) {
				bars.StrokeLine2(draw.LineStyle{Color: ink, Width: 1}, high, y-3, high, y+3)
			}
		}
		c.FillText(style, vg.Point{X: bars.Max.X + 6, Y: y}, texts[i])
	}
}

// barTitle returns the title of a metric, with its unit: "Latency p99 (ms)".
func barTitle(metric string, sc wording.Format) string {
	text := rows.Describe(metric).Title
	if strings.HasPrefix(metric, "latency_p") {
		text = "Latency " + text
	}
	if sc.Unit != "" {
		text += " (" + sc.Unit + ")"
	}
	return text
}

// barAxis draws a horizontal axis from zero to the end of the longest bar or interval, or to 100 %.
// It returns a function from a value to its place on the axis.
func barAxis(c draw.Canvas, sc wording.Format, intervals []compare.Interval) func(float64) vg.Length {
	top, open := 0.0, false
	for _, v := range intervals {
		_, high := possible(sc.Unit, v)
		for _, end := range []float64{v.Mean, high} {
			if finite(end) {
				top = max(top, end)
			}
		}
		open = open || finite(v.Mean) && math.IsInf(high, 1)
	}
	if open {
		top *= 1.1 // an infinite interval goes beyond all finite ones
	}
	switch {
	case sc.Unit == "%" && top <= 100:
		top = 100
	case top == 0:
		top = 1 / sc.Factor
	}
	x := func(v float64) vg.Length { return c.Min.X + vg.Length(min(v/top, 2))*(c.Max.X-c.Min.X) }
	style := lettering(8)
	style.XAlign, style.YAlign = text.XCenter, text.YTop
	high, foot := barHeight(c, 0)+barPitch/2, barHeight(c, len(intervals)-1)-barPitch/2
	most := max(1, int((c.Max.X-c.Min.X)/32))
	for _, tick := range (evenTicks{most: most}).Ticks(0, top*sc.Factor) {
		at := x(tick.Value / sc.Factor)
		c.StrokeLine2(draw.LineStyle{Color: faint, Width: 0.5}, at, foot, at, high)
		c.StrokeLine2(draw.LineStyle{Color: grey, Width: 0.6}, at, foot-3, at, foot)
		c.FillText(style, vg.Point{X: at, Y: foot - 4}, tick.Label)
	}
	c.StrokeLine2(draw.LineStyle{Color: grey, Width: 0.6}, c.Min.X, foot, c.Max.X, foot)
	c.StrokeLine2(draw.LineStyle{Color: grey, Width: 0.6}, c.Min.X, foot, c.Min.X, high)
	return x
}
