package integer

import (
	"math"

	"wavetank/policies/optimize/program"
)

// mostSteps is the largest multiple of a step that values may be.
const mostSteps = 1e6

// commonStep returns the largest step such that every value is a whole multiple of it, by Euclid's
// algorithm. It returns false if this step would be very small.
func commonStep(values []float64) (float64, bool) {
	step := 0.0
	for _, v := range values {
		a, b := max(math.Abs(v), step), min(math.Abs(v), step)
		for tiny := 1e-9 * a; b > tiny; {
			a, b = b, math.Mod(a, b)
			if a-b <= tiny {
				b = 0
			}
		}
		step = a
	}
	if step == 0 {
		return 0, false
	}
	for _, v := range values {
		if n := v / step; v != 0 && math.Round(n) == 0 || math.Abs(n) > mostSteps || math.Abs(n-math.Round(n)) > 1e-9*(1+math.Abs(n)) {
			return 0, false
		}
	}
	if whole := math.Round(step); whole > 0 && math.Abs(step-whole) <= 1e-12*whole {
		step = whole
	}
	return step, true
}

// objectiveStep returns a step and a base such that the optimum, as a minimisation, is base +
// k·step with a whole number k. There is a step if all columns with a cost are whole, at least in
// some optimal solution. Otherwise the step is 0.
func (m *model) objectiveStep() (step, base float64) {
	var costs []float64
	whole := true
	for j, c := range m.cost {
		if c != 0 {
			costs = append(costs, c)
			whole = whole && m.whole[j]
		}
	}
	if whole {
		step, _ = commonStep(costs)
		return step, m.offset
	}
	if p := m.original; isNetwork(p) {
		step, _ = commonStep(p.Cost)
		return step, m.sign * p.Offset
	}
	return 0, 0
}

// isNetwork reports whether the columns that need not be whole have whole values in some optimal
// solution, for any whole values of the others. It returns true if all numbers of their rows are
// whole and their coefficients form a network: either no row or no column has more than one 1 and
// one −1. Such a matrix is totally unimodular (Hoffman and Kruskal 1956).
func isNetwork(p *program.Program) bool {
	plus, minus := make([]int, p.Height()), make([]int, p.Height())
	byColumn := true
	for j := range p.Cost {
		if p.Whole(j) {
			continue
		}
		if !isWholeOrInfinite(p.Lower[j]) || !isWholeOrInfinite(p.Upper[j]) {
			return false
		}
		rows, values := p.Column(j)
		up, down := 0, 0
		for k, i := range rows {
			switch values[k] {
			case 1:
				plus[i]++
				up++
			case -1:
				minus[i]++
				down++
			default:
				return false
			}
		}
		byColumn = byColumn && up <= 1 && down <= 1
	}
	byRow := true
	for i := range plus {
		if plus[i]+minus[i] == 0 {
			continue
		}
		byRow = byRow && plus[i] <= 1 && minus[i] <= 1
		if !isWholeOrInfinite(p.RowLower[i]) || !isWholeOrInfinite(p.RowUpper[i]) {
			return false
		}
	}
	if !byRow && !byColumn {
		return false
	}
	for j := range p.Cost {
		rows, values := p.Column(j)
		for k, i := range rows {
			if plus[i]+minus[i] > 0 && values[k] != math.Round(values[k]) {
				return false
			}
		}
	}
	return true
}

// lift returns the least possible objective of a solution (base + k·step) that is at least the
// bound.
func lift(bound, offset, step float64) float64 {
	if step == 0 || math.IsInf(bound, 0) {
		return bound
	}
	slack := max(1e-6, sameTolerance*(1+math.Abs(bound))/step)
	if slack > 0.1 {
		return bound
	}
	return max(bound, offset+float64(step*math.Ceil((bound-offset)/step-slack)))
}
