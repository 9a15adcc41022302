package integer

import (
	"math"
	"slices"

	"wavetank/policies/optimize/linear"
)

// mostTableauRows bounds the rows of the tableau from which cuts are made in one round.
const mostTableauRows = 200

// gomoryCuts returns mixed-integer cuts from the rows of the simplex tableau in which whole columns
// have fractions (Gomory 1960). The row is added up anew from its multipliers, so that rounding
// errors of the simplex method cannot make the cut invalid.
func (r *rounding) gomoryCuts(simplex *linear.Simplex, into []*cut) []*cut {
	var basic []int
	for j, v := range r.x {
		if r.m.fractional(j, v) && math.Abs(v-math.Round(v)) > 0.005 && simplex.Place(j) == linear.Basic {
			basic = append(basic, j)
		}
	}
	slices.SortStableFunc(basic, func(a, b int) int {
		x, y := math.Abs(r.x[a]-math.Round(r.x[a])), math.Abs(r.x[b]-math.Round(r.x[b]))
		switch {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	of, coefficients := make([]float64, len(r.rows)), make([]float64, len(r.x))
	var multipliers []multiplier
	for _, j := range basic[:min(len(basic), mostTableauRows)] {
		if !simplex.TableauRow(j, of, coefficients) {
			continue
		}
		multipliers = multipliers[:0]
		largest := 0.0
		for _, v := range of {
			largest = max(largest, math.Abs(v))
		}
		for i, v := range of {
			if math.Abs(v) > 1e-9*largest {
				multipliers = append(multipliers, multiplier{i, v})
			}
		}
		if !r.aggregate(multipliers) {
			continue
		}
		if c := r.best(1); c != nil {
			into = append(into, c)
		}
		if c := r.best(0); c != nil {
			into = append(into, c)
		}
	}
	return into
}
