package fit

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// identifiability returns the parameters that equations say nothing of, and those that they hardly tell apart from the others: of
// whose column at least 99 % of the square is a combination of other columns (a variance inflation factor of 100).
func identifiability(shape ModelShape, rows [][]float64) (unknown, vague []string) {
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
			unknown = append(unknown, shape.Parameters[j].Name)
		} else {
			known = append(known, j)
		}
	}
	if len(known) == 0 {
		return unknown, nil
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
		return unknown, nil
	}
	for a, j := range known {
		if inverse.At(a, a) > inflation {
			vague = append(vague, shape.Parameters[j].Name)
		}
	}
	return unknown, vague
}
