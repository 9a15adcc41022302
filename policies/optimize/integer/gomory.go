package integer

import (
	"cmp"
	"math"
	"slices"

	"wavetank/policies/optimize/linear"
)

const (
	mostTableauRows = 200   // most rows of the tableau from which a round makes cuts
	leastFraction   = 0.005 // least distance of the row's column from a whole number
)

// gomoryCuts returns mixed-integer cuts from the rows of the simplex tableau whose whole column has
// a fraction (Gomory 1960). Each row is summed anew from the rows of the model with its
// multipliers, so that rounding errors of the simplex method cannot make the cut invalid.
func (r *rounding) gomoryCuts(simplex *linear.Simplex, into []*cut) []*cut {
	away := func(j int) float64 { return math.Abs(r.x[j] - math.Round(r.x[j])) }
	var basic []int
	for j := range r.x {
		if r.m.whole[j] && away(j) > leastFraction && simplex.Place(j) == linear.Basic {
			basic = append(basic, j)
		}
	}
	slices.SortStableFunc(basic, func(a, b int) int { return cmp.Compare(away(b), away(a)) })
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
