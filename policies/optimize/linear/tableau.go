package linear

import "math"

const (
	pivotTolerance   = 1e-9
	pricingTolerance = 1e-9
	feasible         = 1e-7 // of the rows after scaling
)

// tableau is a program in the form that the simplex method walks on. Every column is between 0 and
// its upper bound. Every row is an equality with a right side of at least 0. The columns are
//   - the program's variables, shifted, mirrored, or split in two where they are free,
//   - one slack for each inequality,
//   - one artificial for each row that has no slack to start from.
//
// Rows and columns are scaled by powers of two.
type tableau struct {
	rows, columns int
	a             []float64 // rows × columns, B⁻¹A
	cost          []float64 // per column, of phase two
	reduced       []float64 // per column
	upper         []float64 // per column
	atUpper       []bool    // per column, for those outside the basis
	inBasis       []bool
	value         []float64 // per row, of its basic column
	basis         []int     // per row
	artificial    int       // the first artificial column
	unit          []int     // per row, the column that was its unit vector at the start
	rowScale      []float64 // what the row was multiplied by, with its sign
	of            []origin  // per structural column
	iterations    int
	degenerate    int // steps of length 0 in a row
}

// origin says which variable a column stands for: x = base + factor·column, summed over its
// columns.
type origin struct {
	variable int
	base     float64
	factor   float64
}

func newTableau(p Program) *tableau {
	t := &tableau{rows: len(p.Rows)}
	for j := range p.Cost {
		low, high := p.lower(j), p.upper(j)
		switch {
		case !math.IsInf(low, -1):
			t.structural(origin{j, low, 1}, high-low)
		case !math.IsInf(high, 1):
			t.structural(origin{j, high, -1}, math.Inf(1))
		default:
			t.structural(origin{j, 0, 1}, math.Inf(1))
			t.structural(origin{j, 0, -1}, math.Inf(1))
		}
	}
	right := t.scale(p)
	structural := len(t.of)
	t.columns = structural
	for i, r := range p.Rows {
		if r.Sense != Equal {
			t.columns++
		}
		if t.slack(r.Sense, i) < 0 || r.Sense == Equal {
			t.columns++
		}
	}
	t.a = make([]float64, t.rows*t.columns)
	t.extend(p)
	t.build(p, right, structural)
	return t
}

func (t *tableau) structural(o origin, upper float64) {
	t.of = append(t.of, o)
	t.upper = append(t.upper, upper)
}

// slack returns the sign of the slack of a row after the row's scaling.
func (t *tableau) slack(s Sense, row int) float64 {
	sign := 1.
	if s == AtLeast {
		sign = -1
	}
	return math.Copysign(sign, sign*t.rowScale[row])
}

// scale chooses the factors of rows and columns and returns the right sides, scaled and not
// negative.
func (t *tableau) scale(p Program) []float64 {
	right := make([]float64, t.rows)
	t.rowScale = make([]float64, t.rows)
	for i, r := range p.Rows {
		most := 0.
		right[i] = r.Right
		for j, a := range r.Coefficients {
			most = max(most, math.Abs(a))
			if a != 0 {
				right[i] -= a * t.start(p, j)
			}
		}
		t.rowScale[i] = power(most)
		if right[i] < 0 {
			t.rowScale[i] = -t.rowScale[i]
		}
		right[i] *= t.rowScale[i]
	}
	for c := range t.of {
		most := 0.
		for i, r := range p.Rows {
			most = max(most, math.Abs(r.Coefficients[t.of[c].variable]*t.rowScale[i]))
		}
		f := power(most)
		t.of[c].factor *= f
		t.upper[c] /= f
	}
	return right
}

// start returns the value of variable j where its columns are 0.
func (t *tableau) start(p Program, j int) float64 {
	if low := p.lower(j); !math.IsInf(low, -1) {
		return low
	}
	if high := p.upper(j); !math.IsInf(high, 1) {
		return high
	}
	return 0
}

// power returns the power of two that brings v near 1.
func power(v float64) float64 {
	if v == 0 {
		return 1
	}
	_, exponent := math.Frexp(v)
	return math.Ldexp(1, -exponent)
}

// extend gives every column past the structural ones its place.
func (t *tableau) extend(p Program) {
	more := t.columns - len(t.upper)
	for range more {
		t.upper = append(t.upper, math.Inf(1))
	}
	t.cost = make([]float64, t.columns)
	t.reduced = make([]float64, t.columns)
	t.atUpper = make([]bool, t.columns)
	t.inBasis = make([]bool, t.columns)
	for c, o := range t.of {
		t.cost[c] = p.Cost[o.variable] * o.factor
	}
}

func (t *tableau) build(p Program, right []float64, structural int) {
	t.value, t.basis, t.unit = right, make([]int, t.rows), make([]int, t.rows)
	next := structural
	for i, r := range p.Rows {
		row := t.row(i)
		for c, o := range t.of {
			row[c] = r.Coefficients[o.variable] * o.factor * t.rowScale[i]
		}
		t.unit[i] = -1
		if r.Sense != Equal {
			row[next] = t.slack(r.Sense, i)
			if row[next] > 0 {
				t.unit[i] = next
			}
			next++
		}
	}
	t.artificial = next
	for i := range t.unit {
		if t.unit[i] < 0 {
			t.unit[i] = next
			t.row(i)[next] = 1
			next++
		}
		t.basis[i] = t.unit[i]
		t.inBasis[t.basis[i]] = true
	}
}

func (t *tableau) row(i int) []float64 { return t.a[i*t.columns : (i+1)*t.columns] }

// phaseOne drives the artificials to 0.
func (t *tableau) phaseOne() Status {
	if t.artificial == t.columns {
		return Optimal
	}
	clear(t.reduced)
	size := 1.
	for i, b := range t.basis {
		if b < t.artificial {
			continue
		}
		size = max(size, t.value[i])
		for c, v := range t.row(i)[:t.artificial] {
			t.reduced[c] -= v
		}
	}
	if status := t.walk(); status != Optimal {
		return status
	}
	for i, b := range t.basis {
		if b >= t.artificial && t.value[i] > feasible*size {
			return Infeasible
		}
	}
	for c := t.artificial; c < t.columns; c++ {
		t.upper[c] = 0
	}
	return Optimal
}

// phaseTwo minimises the cost from a feasible basis.
func (t *tableau) phaseTwo() Status {
	copy(t.reduced, t.cost)
	for i, b := range t.basis {
		if price := t.cost[b]; price != 0 {
			for c, v := range t.row(i) {
				t.reduced[c] -= price * v
			}
		}
	}
	return t.walk()
}

// walk steps from basis to basis until no reduced cost is left that improves.
func (t *tableau) walk() Status {
	limit := t.iterations + 1000 + 50*(t.rows+t.columns)
	bland := t.rows + 20
	for t.degenerate = 0; t.iterations < limit; t.iterations++ {
		enter := t.entering(t.degenerate > bland)
		if enter < 0 {
			return Optimal
		}
		if !t.step(enter, t.degenerate > bland) {
			return Unbounded
		}
	}
	return IterationLimit
}

// entering returns the column to move off its bound, −1 at the optimum.
func (t *tableau) entering(first bool) int {
	best, most := -1, pricingTolerance
	for c := 0; c < t.artificial; c++ {
		if t.inBasis[c] || t.upper[c] == 0 {
			continue
		}
		gain := -t.reduced[c]
		if t.atUpper[c] {
			gain = -gain
		}
		if gain > most {
			if first {
				return c
			}
			best, most = c, gain
		}
	}
	return best
}

// step moves a column off its bound as far as the others allow. It returns false if nothing
// stops it.
func (t *tableau) step(enter int, bland bool) bool {
	direction := 1.
	if t.atUpper[enter] {
		direction = -1
	}
	length, leave, toUpper := t.upper[enter], -1, false
	size := 0.
	for i := range t.rows {
		slope := direction * t.a[i*t.columns+enter]
		room, up := t.value[i], false
		if slope < 0 {
			room, up = t.upper[t.basis[i]]-t.value[i], true
			slope = -slope
		}
		if slope <= pivotTolerance || math.IsInf(room, 1) {
			continue
		}
		far := max(room, 0) / slope
		tie := leave >= 0 && math.Abs(far-length) <= 1e-12*(1+length)
		better := far < length
		if tie && bland {
			better = t.basis[i] < t.basis[leave]
		} else if tie {
			better = slope > size
		}
		if better {
			length, leave, toUpper, size = min(far, length), i, up, slope
		}
	}
	if math.IsInf(length, 1) {
		return false
	}
	if length > 1e-12 {
		t.degenerate = 0
	} else {
		t.degenerate++
	}
	for i := range t.rows {
		if slope := t.a[i*t.columns+enter]; slope != 0 {
			t.value[i] -= direction * length * slope
		}
	}
	if leave < 0 {
		t.atUpper[enter] = !t.atUpper[enter]
		return true
	}
	out := t.basis[leave]
	t.inBasis[out], t.atUpper[out] = false, toUpper
	start := 0.
	if t.atUpper[enter] {
		start = t.upper[enter]
	}
	t.pivot(leave, enter)
	t.basis[leave], t.inBasis[enter], t.atUpper[enter] = enter, true, false
	t.value[leave] = start + direction*length
	return true
}

// pivot makes the entering column the unit vector of the leaving row.
func (t *tableau) pivot(leave, enter int) {
	pivot := t.row(leave)
	inverse := 1 / pivot[enter]
	for c := range pivot {
		pivot[c] *= inverse
	}
	pivot[enter] = 1
	for i := range t.rows {
		if i != leave {
			eliminate(t.row(i), pivot, enter)
		}
	}
	eliminate(t.reduced, pivot, enter)
}

// eliminate clears a row's entry in the entering column.
func eliminate(row, pivot []float64, enter int) {
	factor := row[enter]
	if factor == 0 {
		return
	}
	row = row[:len(pivot)]
	for c, v := range pivot {
		row[c] -= factor * v
	}
	row[enter] = 0
}

// values returns the program's variables.
func (t *tableau) values(p Program) []float64 {
	columns := make([]float64, t.columns)
	for c, up := range t.atUpper {
		if up && !t.inBasis[c] {
			columns[c] = t.upper[c]
		}
	}
	for i, b := range t.basis {
		columns[b] = t.value[i]
	}
	x := make([]float64, len(p.Cost))
	for c, o := range t.of {
		x[o.variable] += o.base + o.factor*columns[c]
	}
	for j := range x {
		x[j] = min(max(x[j], p.lower(j)), p.upper(j))
	}
	return x
}

// duals returns the multipliers of the program's rows.
func (t *tableau) duals() []float64 {
	y := make([]float64, t.rows)
	for i, c := range t.unit {
		y[i] = -t.reduced[c] * t.rowScale[i]
	}
	return y
}
