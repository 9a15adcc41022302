package reports

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// curve is a distribution over replications: at each share the mean, the least and the largest quantile.
type curve struct{ shares, mean, low, high []float64 }

// spread is a figure of how a time is distributed, one line per policy.
type spread struct {
	metric string // of the quantiles
	axis   string // what the time is called
	of     string // what has these times
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
		"Share of all output tokens behind the first ones that followed the token before within a time, on a logarithmic axis. " + meanAndBands}
)

const (
	meanAndBands  = "Lines: mean of the quantiles of %s; bands: least to largest replication."
	neverFinished = "A request that was rejected, timed out or never finished counts as infinite, so a line ends where the next share never finished in some replication."
)

// figure makes the figure with the names given.
func (d spread) figure(name, title string) figure {
	return figure{name, title, d.available, d.caption, func(s *study) vg.Length { return 4.6*vg.Inch + legendHeight(s.entries(), inner) }, d.draw}
}

// curve returns a policy's distribution over all models, up to the first share that is infinite in some
// replication. A logarithmic axis has no room for zero, so it begins at the first positive quantile.
func (d spread) curve(s *study, policy string) curve {
	byShare := map[float64][]float64{}
	for _, q := range s.Quantiles {
		if q.Policy == policy && q.Scope == everything && q.Metric == d.metric && q.Value > 0 {
			byShare[q.Share] = append(byShare[q.Share], q.Value)
		}
	}
	var c curve
	for _, share := range slices.Sorted(maps.Keys(byShare)) {
		values := byShare[share]
		if math.IsInf(slices.Max(values), 1) {
			break
		}
		sum := 0.0
		for _, v := range values {
			sum += v
		}
		c.shares = append(c.shares, share)
		c.mean = append(c.mean, sum/float64(len(values)))
		c.low = append(c.low, slices.Min(values))
		c.high = append(c.high, slices.Max(values))
	}
	return c
}

func (d spread) available(s *study) bool {
	return slices.ContainsFunc(s.policies, func(p string) bool { return len(d.curve(s, p).shares) > 1 })
}

func (d spread) caption(s *study) string {
	return fmt.Sprintf(d.about, count(s.replications(), "replication"))
}

func (d spread) draw(s *study, c draw.Canvas) error {
	c = drawLegend(c, s.entries())
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = d.axis+", logarithmic scale", "Share of "+d.of+" (%)"
	p.X.Scale = plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = latencyTicks{12}, evenTicks{10}
	low, high := math.Inf(1), math.Inf(-1)
	var lines []plot.Plotter
	for i, policy := range s.policies {
		k := d.curve(s, policy)
		if len(k.shares) < 2 {
			continue
		}
		low, high = min(low, k.low[0]), max(high, k.high[len(k.high)-1])
		band, line, err := k.plotters(lookOf(i))
		if err != nil {
			return err
		}
		p.Add(band) // all bands below all lines
		lines = append(lines, line)
	}
	p.Add(lines...)
	p.X.Min, p.X.Max = low/1.05, high*1.05
	p.Y.Min, p.Y.Max = 0, 100
	p.Draw(draw.Crop(c, 0, -18, 0, -6)) // half of the last label stands out
	return nil
}

func (k curve) plotters(l look) (*plotter.Polygon, *plotter.Line, error) {
	var outline, mean plotter.XYs
	for i, share := range k.shares {
		outline = append(outline, plotter.XY{X: k.low[i], Y: 100 * share})
		mean = append(mean, plotter.XY{X: k.mean[i], Y: 100 * share})
	}
	for i := len(k.shares) - 1; i >= 0; i-- {
		outline = append(outline, plotter.XY{X: k.high[i], Y: 100 * k.shares[i]})
	}
	band, err := plotter.NewPolygon(outline)
	if err != nil {
		return nil, nil, err
	}
	band.Color, band.LineStyle.Width = veil(l.colour), 0
	line, err := plotter.NewLine(mean)
	if err != nil {
		return nil, nil, err
	}
	line.LineStyle = l.line
	return band, line, nil
}
