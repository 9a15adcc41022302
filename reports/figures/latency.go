package figures

import (
	"fmt"
	"math"

	"wavetank/metrics/rows"
	"wavetank/reports/wording"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// spread is a figure of the distribution of a time, with one line for each policy.
type spread struct {
	metric string // metric of the quantiles
	axis   string // the name of the time
	of     string // "requests" or "tokens", whose times these are
	about  string // the caption; the number of replications is filled in
}

var (
	latencySpread = spread{"latency", "Latency", "requests",
		"Share of all arrived requests that finished within a time, on a logarithmic axis. " + meanAndBands + " " + neverFinished}
	firstTokenSpread = spread{"ttft", "Time to first token (TTFT)", "requests",
		"Share of all arrived LLM requests whose first token was seen within a time, on a logarithmic axis. " + meanAndBands + " " + neverFinished}
	perTokenSpread = spread{"tpot", "Time per output token (TPOT)", "requests",
		"Share of all arrived LLM requests by their mean time from token to token, on a logarithmic axis. " + meanAndBands + " " + neverFinished}
	betweenTokensSpread = spread{"itl", "Inter-token latency (ITL)", "tokens",
		"Share of all output tokens after the first of each answer that came within a time after the token before, on a logarithmic axis. " + meanAndBands}
)

const (
	meanAndBands  = "Lines: mean share over %s; bands: least to largest replication."
	neverFinished = "A request that was rejected, timed out or never finished counts as infinite, so a line may end below 100 %%."
)

// figure returns the figure under a file name and a title. It has no picture if all times are
// equal.
func (d spread) figure(name, title string) figure {
	return figure{name, title, d.picture}
}

func (d spread) picture(s *sheet) *Picture {
	curves := d.curves(s)
	if low, high := extentOf(curves); !(low < high) {
		return nil
	}
	legend := d.legend(s, curves)
	return &Picture{
		spread:  fullRange,
		Caption: d.caption(s, curves),
		height:  4.6*vg.Inch + legendHeight(legend, inner),
		draw:    func(c draw.Canvas) error { return d.draw(s, curves, drawLegend(c, legend)) },
	}
}

// curves returns the distribution of each policy over all models.
func (d spread) curves(s *sheet) (curves []distribution) {
	for _, one := range s.CDFs(d.metric, rows.All) {
		curves = append(curves, distribution{one})
	}
	return curves
}

// extentOf returns the range of the times that can be drawn.
func extentOf(curves []distribution) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, k := range curves {
		if n := len(k.Times); n > 0 {
			low, high = min(low, k.Times[0]), max(high, k.Times[n-1])
		}
	}
	return low, high
}

func (d spread) caption(s *sheet, curves []distribution) string {
	text := fmt.Sprintf(d.about, wording.Count(s.Replications(), "replication"))
	for _, k := range curves {
		if k.Zero {
			return text + " A logarithmic axis has no place for zero: a line that does not begin at 0 % begins at the share of times that are zero."
		}
	}
	return text
}

func (d spread) legend(s *sheet, curves []distribution) []entry {
	return s.legendFor(func(i int) string {
		if len(curves[i].Times) == 0 {
			return ""
		}
		return printOf(curves[i].Times, curves[i].Mean, curves[i].Low, curves[i].High)
	})
}

func (d spread) draw(s *sheet, curves []distribution, c draw.Canvas) error {
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = d.axis+", logarithmic scale", "Share of "+d.of+" (%)"
	p.X.Scale = plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = latencyTicks{most: 12}, evenTicks{most: 10}
	var lines strands
	for i, k := range curves {
		if len(k.Times) == 0 {
			continue
		}
		// All bands are drawn before the lines, so no band hides a line.
		p.Add(region{k.band(), veil(s.look(i).colour)})
		lines = append(lines, strand{k.points(k.Mean), s.look(i).line})
	}
	p.Add(lines)
	low, high := extentOf(curves)
	p.X.Min, p.X.Max = low/1.05, high*1.05
	p.Y.Min, p.Y.Max = 0, 100
	p.Draw(draw.Crop(c, 0, -18, 0, -6)) // room for half of the last label
	return nil
}
