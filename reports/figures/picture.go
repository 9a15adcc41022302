// Package figures draws PNG and SVG: the figures of results, traces (TracePicture), and comparisons
// of measured and predicted numbers (Parity). A further figure of results takes one file, and one
// line in figures.go.
package figures

import (
	"fmt"

	"wavetank/reports/wording"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// figure is one kind of picture that can be drawn of results.
type figure struct {
	name  string // name of the files, without extension
	title string
	of    func(*sheet) *Picture // returns nil if the results have nothing to show
}

// Picture is a figure of some results.
type Picture struct {
	Name    string // name of the files, without extension
	Title   string
	Caption string
	// spread says what intervals or bands show, such as "95 % confidence intervals". It is empty if
	// there are none.
	spread string
	about  string // scenario, number of replications and spread, for the head of the picture
	height vg.Length
	draw   func(draw.Canvas) error
}

// headHeight is the height of the title and the line below it, in points.
const headHeight = 30

// Encode draws the picture as "png" or "svg".
func (p Picture) Encode(format string) ([]byte, error) { return single(p.encode(format)) }

// EncodeAll draws the picture once, in all Formats.
func (p Picture) EncodeAll() ([][]byte, error) { return p.encode(Formats()...) }

func (p Picture) encode(formats ...string) ([][]byte, error) {
	return paint(p.height+headHeight, func(c draw.Canvas) error {
		title, about := lettering(11), lettering(8)
		title.YAlign, about.YAlign = text.YTop, text.YTop
		c.FillText(title, vg.Point{X: c.Min.X, Y: c.Max.Y}, fit(p.Title, title, inner))
		c.FillText(about, vg.Point{X: c.Min.X, Y: c.Max.Y - 15}, fit(p.about, about, inner))
		return p.draw(draw.Crop(c, 0, 0, 0, -headHeight))
	}, formats...)
}

// head says in one line what a picture is drawn from.
func (s *sheet) head(spread string) string {
	n := s.Replications()
	line := fmt.Sprintf("%s, n = %s", s.Manifest.Scenario, wording.Count(n, "replication"))
	switch {
	case spread == "":
	case n < 2:
		line += ", no intervals"
	default:
		line += ", " + spread
	}
	return line
}

// The kinds of intervals and bands.
const (
	confidence = "95 % confidence intervals"
	fullRange  = "bands from the least to the largest replication"
)
