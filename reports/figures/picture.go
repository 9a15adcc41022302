// Package figures draws PNG and SVG: the figures of results, traces (TracePicture), and comparisons
// of measured and predicted numbers (Parity). A further figure of results takes one file, and one
// line in figures.go.
package figures

import (
	"bytes"
	"fmt"
	"image/color"

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
	height  vg.Length
	draw    func(draw.Canvas) error
}

// Encode draws the picture as "png" or "svg".
func (p Picture) Encode(format string) ([]byte, error) { return paint(p.height, format, p.draw) }

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
		// The fonts are not embedded. Readers without these fonts get others of the same widths.
		family := []byte("font-family:Liberation Sans;")
		return bytes.ReplaceAll(b.Bytes(), family, []byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")), err
	}
	return nil, fmt.Errorf("format %q: want png or svg", format)
}
