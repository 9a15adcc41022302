package integer

import (
	"math"
	"slices"
)

// multiplier is a row with its factor in an aggregation.
type multiplier struct {
	row int
	by  float64
}

// term is a column or a slack in an aggregated row. Its variable is the distance from a bound,
// which is at least 0.
type term struct {
	column  int // −1: the slack of a row
	row     int
	a       float64 // coefficient
	value   float64 // the distance in the relaxation
	width   float64 // the largest distance
	upper   bool    // the distance is from the upper bound or side
	bound   float64
	varying *variableBound // variable bound used instead of bound; nil: none
}

// rounding makes mixed-integer rounding cuts from aggregated rows (Marchand and Wolsey 2001).
// With the multipliers of a row of the simplex tableau, they are Gomory's mixed-integer cuts.
type rounding struct {
	m        *model
	d        *domain
	rows     []*row // rows of the model, then cuts in the relaxation
	slacks   []bool // per row, whether its slack is always whole
	bounds   variableBounds
	x        []float64
	activity []float64 // per row, left side at x

	sum, out accumulator
	whole    []term
	loose    []term // terms whose variable need not be whole
	right    float64
	steps    []float64
}

func newRounding(m *model, d *domain) *rounding {
	r := &rounding{m: m, d: d, bounds: newVariableBounds(m),
		sum: newAccumulator(len(m.cost)), out: newAccumulator(len(m.cost))}
	for i := range m.rows {
		r.addRow(&m.rows[i])
	}
	return r
}

func (r *rounding) addRow(w *row) {
	r.rows = append(r.rows, w)
	whole := isWholeOrInfinite(w.lower) && isWholeOrInfinite(w.upper)
	for k, j := range w.columns {
		whole = whole && r.m.whole[j] && w.values[k] == math.Round(w.values[k])
	}
	r.slacks = append(r.slacks, whole)
}

func isWholeOrInfinite(v float64) bool { return math.IsInf(v, 0) || v == math.Round(v) }

// at sets the solution x of the relaxation for which cuts are made.
func (r *rounding) at(x []float64) {
	r.x = x
	r.activity = r.activity[:0]
	for _, w := range r.rows {
		r.activity = append(r.activity, w.activity(x))
	}
}

// aggregate sums rows with their multipliers, as an equation with slacks. Then it replaces columns
// by their distances from bounds. It returns false if a column has no bound.
func (r *rounding) aggregate(multipliers []multiplier) bool {
	r.sum.reset()
	r.whole, r.loose, r.right = r.whole[:0], r.loose[:0], 0
	for _, m := range multipliers {
		w := r.rows[m.row]
		for k, j := range w.columns {
			r.sum.add(j, float64(m.by*w.values[k]))
		}
		t := term{column: -1, row: m.row, a: m.by, bound: w.upper, upper: true, width: w.upper - w.lower}
		if toLower := r.activity[m.row] - w.lower; toLower < w.upper-r.activity[m.row] {
			t.a, t.bound, t.upper = -m.by, w.lower, false
			t.value = max(0, toLower)
		} else {
			t.value = max(0, w.upper-r.activity[m.row])
		}
		if math.IsInf(t.bound, 0) {
			return false
		}
		r.right += float64(m.by * t.bound)
		switch {
		case t.width == 0:
		case r.slacks[m.row]:
			r.whole = append(r.whole, t)
		default:
			r.loose = append(r.loose, t)
		}
	}
	return r.substituteLoose() && r.substituteWhole()
}

// substituteLoose replaces each column that need not be whole by its distance from the nearest
// bound. If this is a variable bound, the coefficient of the whole column in the bound changes.
func (r *rounding) substituteLoose() bool {
	for k := 0; k < len(r.sum.columns); k++ {
		j := r.sum.columns[k]
		a := r.sum.values[j]
		if r.m.whole[j] || math.Abs(a) < 1e-12 {
			continue
		}
		low, lowBy := r.bounds.tightest(r.d, r.x, j, false)
		high, highBy := r.bounds.tightest(r.d, r.x, j, true)
		t := term{column: j, a: a, bound: low, varying: lowBy, value: max(0, r.x[j]-low)}
		if high-r.x[j] < r.x[j]-low {
			t = term{column: j, a: -a, bound: high, varying: highBy, value: max(0, high-r.x[j]), upper: true}
		}
		if math.IsInf(t.bound, 0) {
			return false
		}
		if t.varying != nil {
			r.sum.add(t.varying.by, float64(a*t.varying.slope))
			r.right -= float64(a * t.varying.base)
		} else {
			r.right -= float64(a * t.bound)
		}
		r.loose = append(r.loose, t)
	}
	return true
}

// substituteWhole replaces each whole column by its distance from the nearest bound.
func (r *rounding) substituteWhole() bool {
	for _, j := range r.sum.columns {
		a := r.sum.values[j]
		if !r.m.whole[j] || math.Abs(a) < 1e-12 {
			continue
		}
		low, high := r.d.lower[j], r.d.upper[j]
		t := term{column: j, a: a, bound: low, width: high - low, value: max(0, r.x[j]-low)}
		if high-r.x[j] < r.x[j]-low {
			t.a, t.bound, t.upper, t.value = -a, high, true, max(0, high-r.x[j])
		}
		if math.IsInf(t.bound, 0) {
			return false
		}
		r.right -= float64(a * t.bound)
		r.whole = append(r.whole, t)
	}
	return true
}

// flip replaces the distance of a whole column by its distance from the other bound.
func (r *rounding) flip(t *term) {
	r.right -= float64(t.a * t.width)
	t.a, t.value, t.upper = -t.a, t.width-t.value, !t.upper
	t.bound = r.d.lower[t.column]
	if t.upper {
		t.bound = r.d.upper[t.column]
	}
}

// violation returns by how much the relaxation violates the row that is divided by a number and
// rounded, relative to the length of its coefficients.
func (r *rounding) violation(by float64) float64 {
	down := math.Floor(r.right / by)
	f := r.right/by - down
	if f < 0.01 || f > 0.99 {
		return math.Inf(-1)
	}
	left, norm := 0.0, 1e-12
	for k := range r.whole {
		g := roundedDown(r.whole[k].a/by, f)
		left += float64(g * r.whole[k].value)
		norm += float64(g * g)
	}
	for k := range r.loose {
		if a := r.loose[k].a; a < 0 {
			g := a / (by * (1 - f))
			left += float64(g * r.loose[k].value)
			norm += float64(g * g)
		}
	}
	return (left - down) / math.Sqrt(norm)
}

// roundedDown returns the coefficient of a whole column after rounding. Here f is the fraction of
// the right side.
func roundedDown(a, f float64) float64 {
	down := math.Floor(a)
	if g := a - down; g > f+1e-12 {
		return down + (g-f)/(1-f)
	}
	return down
}

// best returns the most violated cut of the aggregated row, or nil if there is none. It tries as
// divisors the coefficients of columns between their bounds, then fractions of the best divisor. It
// flips columns if this increases the violation.
func (r *rounding) best(only float64) *cut {
	by, most := 0.0, leastEfficacy
	try := func(v float64) bool {
		if w := r.violation(v); w > most+1e-9 {
			by, most = v, w
			return true
		}
		return false
	}
	if only > 0 {
		try(only)
	} else {
		for _, v := range r.divisors() {
			try(v)
		}
		for _, part := range []float64{2, 4, 8} {
			if by > 0 {
				try(by / part)
			}
		}
	}
	if by == 0 {
		return nil
	}
	for k := range r.whole {
		if t := &r.whole[k]; t.column >= 0 && t.value > wholeTolerance && t.width < math.Inf(1) && len(r.whole) < 200 {
			if r.flip(t); !try(by) {
				r.flip(t)
			}
		}
	}
	return r.write(by)
}

// divisors returns the coefficients of whole columns whose values are between their bounds.
func (r *rounding) divisors() []float64 {
	r.steps = r.steps[:0]
	for k := range r.whole {
		t := &r.whole[k]
		size := math.Abs(t.a)
		if t.value > wholeTolerance && t.value < t.width-wholeTolerance && size > 1e-7 && len(r.steps) < 12 &&
			!slices.ContainsFunc(r.steps, func(v float64) bool { return math.Abs(v-size) <= 1e-9*size }) {
			r.steps = append(r.steps, size)
		}
	}
	return r.steps
}

// write returns the rounded row as a cut in the columns of the model.
func (r *rounding) write(by float64) *cut {
	right := math.Floor(r.right / by)
	f := r.right/by - right
	r.out.reset()
	for k := range r.whole {
		right += r.put(&r.whole[k], roundedDown(r.whole[k].a/by, f))
	}
	for k := range r.loose {
		if a := r.loose[k].a; a < 0 {
			right += r.put(&r.loose[k], a/(by*(1-f)))
		}
	}
	return r.out.cut(r.d, r.x, right)
}

// put adds a term with coefficient g to the cut. It returns the constant that this adds to the
// right side.
func (r *rounding) put(t *term, g float64) float64 {
	if g == 0 {
		return 0
	}
	if t.upper {
		g = -g
	}
	if t.column < 0 {
		w := r.rows[t.row]
		for k, j := range w.columns {
			r.out.add(j, float64(g*w.values[k]))
		}
		return g * t.bound
	}
	r.out.add(t.column, g)
	if t.varying != nil {
		r.out.add(t.varying.by, float64(-g*t.varying.slope))
		return g * t.varying.base
	}
	return g * t.bound
}
