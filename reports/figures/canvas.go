package figures

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"sync"

	"git.sr.ht/~sbinet/gg"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// target is a picture that is drawn in one format.
type target struct {
	vg.Canvas
	encode func() ([]byte, error) // ends the drawing
}

// paint draws once on canvases as wide as all figures, "png" or "svg". It returns a file for each
// format, in the order of the formats.
func paint(height vg.Length, do func(draw.Canvas) error, formats ...string) ([][]byte, error) {
	var targets []target
	var canvases []vg.Canvas
	for _, format := range formats {
		switch format {
		case "png":
			targets = append(targets, pixels(figureWidth, height))
		case "svg":
			targets = append(targets, shapes(figureWidth, height))
		default:
			return nil, fmt.Errorf("format %q: want png or svg", format)
		}
		canvases = append(canvases, targets[len(targets)-1])
	}
	c := draw.NewCanvas(vg.MultiCanvas(canvases...), figureWidth, height)
	if err := do(draw.Crop(c, figureEdge, -figureEdge, figureEdge, -figureEdge)); err != nil {
		return nil, err
	}
	var files [][]byte
	for _, t := range targets {
		file, err := t.encode()
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// single returns the only one of the files.
func single(files [][]byte, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return files[0], nil
}

// shapes returns a white SVG.
func shapes(width, height vg.Length) target {
	canvas := vgsvg.New(width, height)
	sheet := draw.New(canvas)
	sheet.SetColor(color.White)
	sheet.Fill(sheet.Rectangle.Path())
	return target{canvas, func() ([]byte, error) {
		var b bytes.Buffer
		_, err := canvas.WriteTo(&b)
		// The fonts are not embedded. Readers without these fonts get others of the same widths.
		family := []byte("font-family:Liberation Sans;")
		return bytes.ReplaceAll(b.Bytes(), family, []byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")), err
	}}
}

// pixels returns a white picture of pixels. Its memory is used again for other pictures.
func pixels(width, height vg.Length) target {
	dots := func(l vg.Length) int { return int(l/vg.Inch*resolution + 0.5) }
	size := image.Rect(0, 0, dots(width), dots(height))
	bytesOf := 4 * size.Dx() * size.Dy()
	memory, _ := pixelMemory.Get().(*[]byte)
	if memory == nil || len(*memory) < bytesOf {
		fresh := make([]byte, bytesOf)
		memory = &fresh
	}
	img := &image.RGBA{Pix: (*memory)[:bytesOf], Stride: 4 * size.Dx(), Rect: size}
	// vgimg would copy the image if it made the context itself
	context := gg.NewContextForRGBA(img)
	context.SetLineCapButt()
	context.InvertY()
	canvas := vgimg.NewWith(vgimg.UseImageWithContext(img, context), vgimg.UseDPI(resolution))
	return target{canvas, func() ([]byte, error) {
		file, err := encodePNG(img)
		pixelMemory.Put(memory)
		return file, err
	}}
}

var pixelMemory sync.Pool // of *[]byte
