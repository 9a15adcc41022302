package figures

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
)

// residualAxis returns the largest difference that the axis of residuals shows, at least 10 %. If a
// fiftieth of the items, or one of few, is three times as far off as all others, they do not scale
// the axis.
func residualAxis(off []float64) float64 {
	const least, far = 10.0, 3.0
	sizes := make([]float64, len(off))
	for i, v := range off {
		sizes[i] = math.Abs(v)
	}
	slices.Sort(sizes)
	n := len(sizes)
	most := max(least, sizes[n-1])
	if k := n - 1 - max(1, n/50); k > 0 && most > far*max(least, sizes[k]) {
		return far / 2 * max(least, sizes[k])
	}
	return most
}

// tellBeyond writes how many residuals are beyond the axis, and how far the farthest one is. Their
// dots are drawn at the edge. The text is at the other edge than that of the farthest.
func tellBeyond(p *plot.Plot, off []float64, most float64) error {
	n, farthest := 0, 0.0
	for _, v := range off {
		if math.Abs(v) > most {
			n++
			if math.Abs(v) > math.Abs(farthest) {
				farthest = v
			}
		}
	}
	if n == 0 {
		return nil
	}
	style := lettering(8)
	style.Color, style.XAlign, style.YAlign = grey, text.XRight, text.YTop
	y := p.Y.Max
	if farthest > 0 {
		y, style.YAlign = p.Y.Min, text.YBottom
	}
	labels, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{{X: p.X.Max, Y: y}}, Labels: []string{strings.Replace(fmt.Sprintf("%d beyond, to %+.0f %%", n, farthest), "-", "−", 1)}})
	if err != nil {
		return err
	}
	labels.TextStyle[0] = style
	p.Add(labels)
	return nil
}
