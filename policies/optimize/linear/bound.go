package linear

import (
	"math"

	"wavetank/policies/optimize/program"
)

// DualBound returns the bound on the objective that multipliers of the rows prove, by weak duality:
// a lower bound if the program minimises, an upper bound if it maximises. A multiplier that would
// need an infinite bound of its row counts as 0, and each column goes to its better bound. It holds
// for any multipliers: errors of a solver weaken it, but make it wrong by no more than the rounding
// of its own sum. It is ∓Inf if a column would go to an infinite bound.
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
			bound += v * at
		}
	}
	for j, c := range p.Cost {
		d, terms := sign*c, 0.
		rows, values := p.Column(j)
		for k, i := range rows {
			term := y[i] * values[k]
			d -= term
			terms += math.Abs(term)
		}
		if math.Abs(d) <= 1e-13*terms {
			continue // 0 except for rounding
		}
		if d > 0 {
			bound += d * p.Lower[j]
		} else if d < 0 {
			bound += d * p.Upper[j]
		}
	}
	return p.Offset + sign*bound
}
