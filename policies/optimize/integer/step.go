package integer

import "math"

// mostSteps is the largest multiple of a step in which values are looked for.
const mostSteps = 1e6

// commonStep returns the largest number of which all values are whole multiples, by Euclid's
// algorithm. It reports false if there is none that is not very small.
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

// objectiveStep returns the step between the objectives of solutions, where all columns with a cost
// are whole. It is 0 if there is none.
func (m *model) objectiveStep() float64 {
	var costs []float64
	for j, c := range m.cost {
		if c == 0 {
			continue
		}
		if !m.whole[j] {
			return 0
		}
		costs = append(costs, c)
	}
	step, _ := commonStep(costs)
	return step
}

// lift returns the least objective of a solution that is not below a bound.
func lift(bound, offset, step float64) float64 {
	if step == 0 || math.IsInf(bound, 0) {
		return bound
	}
	slack := max(1e-6, sameTolerance*(1+math.Abs(bound))/step)
	if slack > 0.1 {
		return bound
	}
	return max(bound, offset+step*math.Ceil((bound-offset)/step-slack))
}
