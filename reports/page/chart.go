package page

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"

	"wavetank/reports/axis"
)

// The size of the coordinates inside an SVG. It has nothing to do with the size on a screen.
const (
	wide = 1000
	high = 1000
)

// chart is a picture with axes. Shapes lie in an SVG that is stretched to the size of the chart.
// Labels are HTML at places given in percent.
type chart struct {
	Class       string
	Title, Unit string
	About       string // what a screen reader says instead of the picture
	YLabel      string
	XLabel      string
	Height      int // pixels
	Wide, Tall  int // the size of the coordinates of the SVG; 0: wide and high
	Data        template.HTMLAttr
	shapes      strings.Builder
	X, Y        []axisMark
	Labels      []pointLabel
}

// axisMark is a label of an axis. At is its place, in percent from the left or from below.
type axisMark struct {
	At   float64
	Text string
	Odd  bool // left out on narrow screens
}

// mostNarrow is the largest number of labels of an axis that narrow screens show all.
const mostNarrow = 4

// pointLabel is a text beside a point. Its places are in percent from the left and from below.
type pointLabel struct {
	X, Y   float64
	DX, DY int // shift in pixels
	Index  int // of the policy; -1: none
	Class  string
	Text   string
}

// Shapes returns the content of the SVG.
func (c *chart) Shapes() template.HTML { return template.HTML(c.shapes.String()) }

// Place prints the place of a mark in percent, for the template.
func (m axisMark) Place() string { return strconv.FormatFloat(m.At, 'f', 2, 64) }

// scale converts the values of an axis, from low to high, to places on it.
type scale struct {
	low, high float64
	most      int                     // the coordinate of the end of the axis
	to        func(v float64) float64 // share of the axis, from 0 to 1
}

func linear(low, high float64) scale {
	return scale{low, high, wide, func(v float64) float64 { return (v - low) / (high - low) }}
}

func logarithmic(low, high float64) scale {
	return scale{low, high, wide, func(v float64) float64 { return math.Log(v/low) / math.Log(high/low) }}
}

// x and y convert a value to a coordinate of the SVG, within the picture.
func (s scale) x(v float64) int { return coordinate(float64(s.most) * s.to(v)) }
func (s scale) y(v float64) int { return coordinate(float64(s.most) * (1 - s.to(v))) }

// coordinate rounds a coordinate. Lines may leave the picture, but not by so much that browsers
// fail to draw them.
func coordinate(v float64) int { return int(math.Round(max(-9*wide, min(9*wide, v)))) }

// mark marks the axes and draws the grid.
func (c *chart) mark(x, y scale, xs, ys []axis.Tick) {
	var grid strings.Builder
	for _, t := range xs {
		at := x.to(t.Value)
		if at < -1e-6 || at > 1+1e-6 {
			continue
		}
		fmt.Fprintf(&grid, "M%.1f 0V%d", float64(x.most)*at, y.most)
		if t.Label != "" {
			c.X = append(c.X, axisMark{100 * at, t.Label, false})
		}
	}
	for i := range c.X {
		c.X[i].Odd = i%2 == 1 && len(c.X) > mostNarrow
	}
	for _, t := range ys {
		at := y.to(t.Value)
		if at < -1e-6 || at > 1+1e-6 {
			continue
		}
		fmt.Fprintf(&grid, "M0 %dH%d", y.y(t.Value), x.most)
		if t.Label != "" {
			c.Y = append(c.Y, axisMark{100 * at, t.Label, false})
		}
	}
	c.path("grid", grid.String())
}

// path adds a path with a class.
func (c *chart) path(class, d string) {
	if d != "" {
		fmt.Fprintf(&c.shapes, `<path class="%s" d="%s"/>`, class, d)
	}
}

// draw renders a chart.
func (c *chart) draw() template.HTML {
	if c.Wide == 0 {
		c.Wide, c.Tall = wide, high
	}
	return render("chart", c)
}

// exact prints a number for sorting, with a few digits. It prints "" for NaN.
func exact(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', 8, 64)
}
