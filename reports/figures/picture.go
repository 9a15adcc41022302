// Package figures draws PNG and SVG: the figures of results, traces (TracePicture), and comparisons
// of measured and predicted numbers (Parity). A further figure of results takes one file, and one
// line in figures.go.
package figures

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"

	"wavetank/reports/wording"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
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
func (p Picture) Encode(format string) ([]byte, error) {
	return paint(p.height+headHeight, format, func(c draw.Canvas) error {
		title, about := lettering(11), lettering(8)
		title.YAlign, about.YAlign = text.YTop, text.YTop
		c.FillText(title, vg.Point{X: c.Min.X, Y: c.Max.Y}, fit(p.Title, title, inner))
		c.FillText(about, vg.Point{X: c.Min.X, Y: c.Max.Y - 15}, fit(p.about, about, inner))
		return p.draw(draw.Crop(c, 0, 0, 0, -headHeight))
	})
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

// paint draws on a canvas as wide as all figures, as "png" or "svg".
func paint(height vg.Length, format string, do func(draw.Canvas) error) ([]byte, error) {
	var b bytes.Buffer
	on := func(c draw.Canvas) error {
		return do(draw.Crop(c, figureEdge, -figureEdge, figureEdge, -figureEdge))
	}
	switch format {
	case "png":
		// a new canvas is white
		canvas := vgimg.NewWith(vgimg.UseWH(figureWidth, height), vgimg.UseDPI(resolution))
		if err := on(draw.New(canvas)); err != nil {
			return nil, err
		}
		err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, canvas.Image())
		return b.Bytes(), err
	case "svg":
		canvas := vgsvg.New(figureWidth, height)
		sheet := draw.New(canvas)
		sheet.SetColor(color.White)
		sheet.Fill(sheet.Rectangle.Path())
		if err := on(sheet); err != nil {
			return nil, err
		}
		_, err := canvas.WriteTo(&b)
		// The fonts are not embedded. Readers without these fonts get others of the same widths.
		family := []byte("font-family:Liberation Sans;")
		return bytes.ReplaceAll(b.Bytes(), family, []byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")), err
	}
	return nil, fmt.Errorf("format %q: want png or svg", format)
}
