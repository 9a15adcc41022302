package reports

import (
	"bytes"
	"fmt"
	"image/color"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// figure is a kind of picture of the results.
type figure struct {
	name  string // of its files, without extension
	title string
	of    func(*study) *picture // nil: the results have nothing to show in it
}

// picture is a figure of some results.
type picture struct {
	figure
	caption string
	height  vg.Length
	draw    func(draw.Canvas) error
}

// figures lists the pictures in the order of the report. A new one is one file and one line.
var figures = []figure{
	{"cost-attainment", "Cost against SLO attainment", costPicture},
	{"metrics", "Main metrics", metricsPicture},
	latencySpread.figure("latency-cdf", "Distribution of latency"),
	firstTokenSpread.figure("ttft-cdf", "Distribution of the time to the first token"),
	perTokenSpread.figure("tpot-cdf", "Distribution of the time per output token"),
	betweenTokensSpread.figure("itl-cdf", "Distribution of the time between tokens"),
	capacityCourse.figure("demand-capacity", "Demand and capacity over time"),
	machineCourse.figure("machines", "Machines over time"),
	replicaCourse.figure("replicas", "Replicas over time"),
	utilizationCourse.figure("utilization", "Utilization over time"),
	occupancyCourse.figure("kv-occupancy", "KV cache over time"),
	runningCourse.figure("running-requests", "Running requests over time"),
}

const (
	figureWidth = 9 * vg.Inch
	figureEdge  = 10 // points around
	resolution  = 150
)

// inner is the width that a figure can draw on.
const inner = figureWidth - 2*figureEdge

// pictures are the figures that have something to show.
func (s *study) pictures() []picture {
	var list []picture
	for _, f := range figures {
		if p := f.of(s); p != nil {
			p.figure = f
			list = append(list, *p)
		}
	}
	return list
}

// encode draws the picture as "png" or "svg".
func (p picture) encode(format string) ([]byte, error) { return paint(p.height, format, p.draw) }

// paint draws on a canvas as wide as all figures, as "png" or "svg".
func paint(height vg.Length, format string, do func(draw.Canvas) error) ([]byte, error) {
	var b bytes.Buffer
	on := func(c draw.Canvas) error {
		c.SetColor(color.White)
		c.Fill(c.Rectangle.Path())
		return do(draw.Crop(c, figureEdge, -figureEdge, figureEdge, -figureEdge))
	}
	switch format {
	case "png":
		canvas := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(figureWidth, height), vgimg.UseDPI(resolution))}
		if err := on(draw.New(canvas)); err != nil {
			return nil, err
		}
		_, err := canvas.WriteTo(&b)
		return b.Bytes(), err
	case "svg":
		canvas := vgsvg.New(figureWidth, height)
		if err := on(draw.New(canvas)); err != nil {
			return nil, err
		}
		_, err := canvas.WriteTo(&b)
		// the fonts are not embedded: name ones with the same widths for readers who lack them
		family := []byte("font-family:Liberation Sans;")
		return bytes.ReplaceAll(b.Bytes(), family, []byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")), err
	}
	return nil, fmt.Errorf("format %q: want png or svg", format)
}

// legendFor lists the policies as lines of a legend. Policies that a figure draws alike share one
// entry that says so. The texts tell the lines of policies apart; an empty text stands for a policy
// without a line.
func (s *study) legendFor(drawn func(i int) string) []entry {
	alike := map[string][]int{}
	var order []string
	for i := range s.policies {
		text := drawn(i)
		if alike[text] == nil {
			order = append(order, text)
		}
		alike[text] = append(alike[text], i)
	}
	var entries []entry
	for _, text := range order {
		for _, group := range s.fitting(alike[text]) {
			e := entry{line: s.look(alike[text][0]).line}
			var names []string
			for _, i := range group {
				names = append(names, s.policies[i])
			}
			e.name = strings.Join(names, ", ")
			switch {
			case text == "":
				e.name += " (nothing to draw)"
			case len(alike[text]) > 1:
				e.name += " (same)"
			}
			for _, i := range alike[text][1:] {
				e.also = append(e.also, s.look(i).line)
			}
			entries = append(entries, e)
		}
	}
	return entries
}

// fitting parts policies such that the names of each part fit beside each other.
func (s *study) fitting(policies []int) [][]int {
	var parts [][]int
	width := vg.Length(0)
	for _, i := range policies {
		wide := lettering(8.5).Width(s.policies[i] + ", ")
		if width += wide; len(parts) == 0 || width > inner-legendSample-80 {
			parts, width = append(parts, nil), wide
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], i)
	}
	return parts
}

// look is that of the i-th policy.
func (s *study) look(i int) look { return s.looks[s.policies[i]] }
