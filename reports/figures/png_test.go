package figures

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"pgregory.net/rapid"
)

// TestPNGHasThePixelsOfTheImage compares images of a few colours with what image/png reads.
func TestPNGHasThePixelsOfTheImage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width, height := rapid.IntRange(1, 20).Draw(t, "width"), rapid.IntRange(1, 20).Draw(t, "height")
		colours := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 3, 3), 1, 4).Draw(t, "colours")
		img := image.NewRGBA(image.Rect(0, 0, width, height))
		for y := range height {
			for x := range width {
				c := colours[rapid.IntRange(0, len(colours)-1).Draw(t, "colour")]
				img.SetRGBA(x, y, color.RGBA{c[0], c[1], c[2], 255})
			}
		}
		file, err := encodePNG(img)
		if err != nil {
			t.Fatal(err)
		}
		got, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if got.Bounds() != img.Bounds() {
			t.Fatalf("bounds %v, want %v", got.Bounds(), img.Bounds())
		}
		for y := range height {
			for x := range width {
				if r, g, b, a := got.At(x, y).RGBA(); [4]uint32{r, g, b, a} != channels(img.At(x, y)) {
					t.Fatalf("pixel %d, %d is %v, want %v", x, y, got.At(x, y), img.At(x, y))
				}
			}
		}
	})
}

func channels(c color.Color) [4]uint32 {
	r, g, b, a := c.RGBA()
	return [4]uint32{r, g, b, a}
}
