package fit

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// identifiability returns the names of two kinds of parameters:
//   - unidentified: no equation has them
//   - collinear: their variance inflation factor is over 100, that is, at least 99 % of the square
//     of their column is a combination of the other columns
func identifiability(shape ModelShape, rows [][]float64) (unidentified, collinear []string) {
	const inflation = 100
	n := len(shape.Parameters)
	norms := make([]float64, n)
	for _, row := range rows {
		for j, v := range row {
			norms[j] += v * v
		}
	}
	var known []int
	for j, v := range norms {
		if v == 0 {
			unidentified = append(unidentified, shape.Parameters[j].Name)
		} else {
			known = append(known, j)
		}
	}
	if len(known) == 0 {
		return unidentified, nil
	}
	gram := mat.NewSymDense(len(known), nil)
	for a, j := range known {
		for b := a; b < len(known); b++ {
			k, sum := known[b], 0.0
			for _, row := range rows {
				sum += row[j] * row[k]
			}
			gram.SetSym(a, b, sum/math.Sqrt(norms[j]*norms[k]))
		}
		gram.SetSym(a, a, gram.At(a, a)+1e-9)
	}
	var inverse mat.Dense
	if inverse.Inverse(gram) != nil {
		return unidentified, nil
	}
	for a, j := range known {
		if inverse.At(a, a) > inflation {
			collinear = append(collinear, shape.Parameters[j].Name)
		}
	}
	return unidentified, collinear
}
