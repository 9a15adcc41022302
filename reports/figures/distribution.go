package figures

import (
	"slices"

	"wavetank/reports/analysis"

	"gonum.org/v1/plot/plotter"
)

// distribution is a distribution of times that is drawn.
type distribution struct{ analysis.CDF }

// points returns the corners of a line through the shares.
func (d distribution) points(shares []float64) plotter.XYs {
	points := make(plotter.XYs, len(shares))
	for i, v := range shares {
		points[i] = plotter.XY{X: d.Times[i], Y: v}
	}
	return points
}

// band returns the outline of the band from the smallest to the largest share.
func (d distribution) band() plotter.XYs {
	back := d.points(d.Low)
	slices.Reverse(back)
	return append(d.points(d.High), back...)
}
