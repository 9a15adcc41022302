package fit

import (
	"math"
	"slices"
)

// robustLeastSquares solves a nonnegative least-squares problem with Huber weights. The threshold
// is 3 × the scaled median of the absolute residuals. Rows firm ≤ i < loose keep the weight 1.
func robustLeastSquares(rows [][]float64, right []float64, firm, loose int) []float64 {
	x := NonnegativeLeastSquares(rows, right)
	for range 3 {
		off := residuals(rows, right, x)
		sorted := slices.Sorted(slices.Values(off))
		limit := 3*1.4826*sorted[len(sorted)/2] + 1e-6
		scaled, b := make([][]float64, len(rows)), make([]float64, len(rows))
		for i, row := range rows {
			w := math.Sqrt(min(1, limit/max(off[i], 1e-12)))
			if i >= firm && i < loose {
				w = 1
			}
			scaled[i], b[i] = make([]float64, len(row)), right[i]*w
			for j, v := range row {
				scaled[i][j] = v * w
			}
		}
		x = NonnegativeLeastSquares(scaled, b)
	}
	return x
}

// residuals returns the absolute values of Ax − b.
func residuals(rows [][]float64, right, x []float64) []float64 {
	list := make([]float64, len(rows))
	for i, row := range rows {
		sum := -right[i]
		for j, v := range row {
			sum += v * x[j]
		}
		list[i] = math.Abs(sum)
	}
	return list
}
