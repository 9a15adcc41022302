package optimizetest

import (
	"math"

	"wavetank/policies/optimize/program"
)

// DualBound returns the bound on the objective that multipliers of the rows prove, by weak duality.
// It is a lower bound if the program minimises, and an upper bound if it maximises. A multiplier
// that needs an infinite bound of its row counts as 0. Each column takes the bound that is better
// for the objective; if this is infinite, the result is ∓Inf. The bound holds for any multipliers.
// So errors of a solver weaken it, but cannot make it wrong, except for rounding errors of its own
// sum.
func DualBound(p *program.Program, duals []float64) float64 {
	sign := 1.
	if p.Maximize {
		sign = -1
	}
	bound := 0.
	y := make([]float64, len(duals))
	for i, v := range duals {
		v *= sign
		at := p.RowLower[i]
		if v < 0 {
			at = p.RowUpper[i]
		}
		if v != 0 && !math.IsInf(at, 0) {
			y[i] = v
			bound += float64(v * at)
		}
	}
	for j, c := range p.Cost {
		d, terms := sign*c, 0.
		rows, values := p.Column(j)
		for k, i := range rows {
			term := float64(y[i] * values[k])
			d -= term
			terms += math.Abs(term)
		}
		if math.Abs(d) <= 1e-13*terms {
			continue // 0 except for rounding errors
		}
		if d > 0 {
			bound += float64(d * p.Lower[j])
		} else if d < 0 {
			bound += float64(d * p.Upper[j])
		}
	}
	return p.Offset + float64(sign*bound)
}
