package integer

import (
	"math"
	"slices"
)

// presolveRounds bounds how often presolve repeats its steps.
const presolveRounds = 10

// presolve makes the model smaller and tighter. The optimum stays the same, and every solution of
// the model expands to a solution of the original program. It returns false if there is no
// solution.
//
// The steps are those of Savelsbergh (1994): bounds by activities, rows that cannot bind,
// coefficients of whole columns, and columns that the objective and all rows push in the same
// direction.
func (m *model) presolve() bool {
	for range presolveRounds {
		before := m.weight()
		if !m.tighten() || !m.simplify() {
			return false
		}
		m.merge()
		m.index()
		m.markWhole()
		m.fixByCost()
		if m.weight() == before {
			break
		}
	}
	if !m.tighten() || !m.simplify() {
		return false
	}
	m.compress()
	return true
}

// weight returns numbers that change whenever a step of presolve may allow other steps to change
// more.
func (m *model) weight() [4]float64 {
	w := [4]float64{float64(len(m.rows))}
	for i := range m.rows {
		w[1] += float64(len(m.rows[i].columns))
		for _, a := range m.rows[i].values {
			w[2] += math.Abs(a)
		}
	}
	for j := range m.lower {
		if m.lower[j] == m.upper[j] {
			w[3]++
		}
	}
	return w
}

// tighten sets the bounds that follow from the rows.
func (m *model) tighten() bool {
	d := newDomain(m)
	for j := range m.lower {
		if m.whole[j] {
			d.atLeast(j, m.lower[j], wholeTolerance)
			d.atMost(j, m.upper[j], wholeTolerance)
		}
		if d.lower[j] > d.upper[j] {
			return false
		}
	}
	for i := range m.rows {
		d.enqueue(i)
	}
	if !d.propagate() {
		return false
	}
	m.lower, m.upper = d.lower, d.upper
	return true
}

// simplify removes fixed columns from the rows, drops rows and sides that cannot bind, turns rows
// of one column into bounds, and tightens coefficients. It returns false if a row cannot be
// satisfied.
func (m *model) simplify() bool {
	d := domain{lower: m.lower, upper: m.upper}
	left := m.rows[:0]
	for _, r := range m.rows {
		m.substitute(&r)
		m.round(&r)
		if r.lower > r.upper+float64(feasibleTolerance*(1+math.Abs(r.upper))) {
			return false
		}
		s := d.span(&r)
		low, high := s.low(), s.high()
		slack := float64(sameTolerance * (1 + max(math.Abs(s.least), math.Abs(s.most))))
		if high <= r.upper+slack {
			r.upper = math.Inf(1)
		}
		if low >= r.lower-slack {
			r.lower = math.Inf(-1)
		}
		if wide := float64(feasibleTolerance / sameTolerance * slack); low > r.upper+wide || high < r.lower-wide {
			return false
		}
		switch {
		case math.IsInf(r.upper, 1) && math.IsInf(r.lower, -1), len(r.columns) == 0:
			continue
		case len(r.columns) == 1:
			if !m.bound(&r) {
				return false
			}
			continue
		case math.IsInf(r.lower, -1):
			m.tightenCoefficients(&r, high)
		case math.IsInf(r.upper, 1):
			r.negate()
			m.tightenCoefficients(&r, -low)
			r.negate()
		}
		left = append(left, r)
	}
	m.rows = left
	m.index()
	return true
}

// substitute removes the fixed columns from a row.
func (m *model) substitute(r *row) {
	kept := 0
	for k, j := range r.columns {
		if m.lower[j] == m.upper[j] {
			r.lower -= float64(r.values[k] * m.lower[j])
			r.upper -= float64(r.values[k] * m.lower[j])
			continue
		}
		r.columns[kept], r.values[kept] = j, r.values[k]
		kept++
	}
	r.columns, r.values = r.columns[:kept], r.values[:kept]
}

// round divides a row of whole columns by the common step of its coefficients (commonStep), and
// rounds its sides.
func (m *model) round(r *row) {
	for _, j := range r.columns {
		if !m.whole[j] {
			return
		}
	}
	step, ok := commonStep(r.values)
	if !ok {
		return
	}
	for k := range r.values {
		r.values[k] = math.Round(r.values[k] / step)
	}
	r.upper = math.Floor(r.upper/step + slackOf(step, r.upper, 0))
	r.lower = math.Ceil(r.lower/step - slackOf(step, r.lower, 0))
}

// bound turns a row of one column into bounds of this column. It returns false if no value is left.
func (m *model) bound(r *row) bool {
	if r.values[0] < 0 {
		r.negate()
	}
	j, a := r.columns[0], r.values[0]
	low, high := r.lower/a, r.upper/a
	if m.whole[j] {
		low, high = math.Ceil(low-slackOf(a, r.lower, 0)), math.Floor(high+slackOf(a, r.upper, 0))
	}
	m.lower[j], m.upper[j] = max(m.lower[j], low), min(m.upper[j], high)
	if m.lower[j] <= m.upper[j] {
		return true
	}
	if m.whole[j] || m.lower[j]-m.upper[j] > feasibleTolerance*(1+math.Abs(m.lower[j])) {
		return false
	}
	m.lower[j] = m.upper[j]
	return true
}

func (r *row) negate() {
	for k := range r.values {
		r.values[k] = -r.values[k]
	}
	r.lower, r.upper = -r.upper, -r.lower
}

// tightenCoefficients lowers the coefficients of whole columns in a row that has only an upper
// side. The parameter high is the largest value of the row's left side. It changes a coefficient if
// the row can bind only when its column is at one bound. The coefficient and the side then change
// so that the row is as tight as before at this bound, and is just not binding one step away from
// it.
func (m *model) tightenCoefficients(r *row, high float64) {
	if math.IsInf(high, 1) {
		return
	}
	for k, j := range r.columns {
		if !m.whole[j] {
			continue
		}
		a := r.values[k]
		spare := r.upper - (high - math.Abs(a))
		if spare <= feasibleTolerance*(1+math.Abs(r.upper)) || high <= r.upper {
			continue
		}
		end := m.upper[j]
		if a < 0 {
			spare, end = -spare, m.lower[j]
		}
		r.values[k] -= spare
		r.upper -= float64(spare * end)
		high -= float64(spare * end)
	}
	r.clean()
}

// clean removes coefficients that have become 0.
func (r *row) clean() {
	kept := 0
	for k, a := range r.values {
		if math.Abs(a) > 1e-11 {
			r.columns[kept], r.values[kept] = r.columns[k], a
			kept++
		}
	}
	r.columns, r.values = r.columns[:kept], r.values[:kept]
}

// fixByCost fixes columns to a bound if neither the objective nor a row prefers another value.
func (m *model) fixByCost() {
	for j, c := range m.cost {
		if m.lower[j] == m.upper[j] {
			continue
		}
		down, up := m.locks(j)
		if c >= 0 && down == 0 && !math.IsInf(m.lower[j], -1) {
			m.upper[j] = m.lower[j]
		} else if c <= 0 && up == 0 && !math.IsInf(m.upper[j], 1) {
			m.lower[j] = m.upper[j]
		}
	}
}

// locks returns the number of row sides that a column may violate when it falls, and when it rises.
func (m *model) locks(j int) (down, up int) {
	for _, e := range m.columns[j] {
		above, below := !math.IsInf(m.rows[e.row].upper, 1), !math.IsInf(m.rows[e.row].lower, -1)
		if e.value < 0 {
			above, below = below, above
		}
		if above {
			up++
		}
		if below {
			down++
		}
	}
	return down, up
}

// countLocks computes the locks of all columns.
func (s *search) countLocks() {
	s.downLocks, s.upLocks = make([]int, len(s.m.cost)), make([]int, len(s.m.cost))
	for j := range s.m.cost {
		s.downLocks[j], s.upLocks[j] = s.m.locks(j)
	}
}

// markWhole marks columns as whole if an equation with whole numbers allows them no other values.
func (m *model) markWhole() {
	for i := range m.rows {
		r := &m.rows[i]
		if r.lower != r.upper {
			continue
		}
		loose, count := 0, 0
		for k, j := range r.columns {
			if !m.whole[j] {
				loose, count = k, count+1
			}
		}
		if count != 1 {
			continue
		}
		by := r.values[loose]
		if !isWhole(r.upper/by) || slices.ContainsFunc(r.values, func(a float64) bool { return !isWhole(a / by) }) {
			continue
		}
		j := r.columns[loose]
		m.whole[j] = true
		m.lower[j], m.upper[j] = math.Ceil(m.lower[j]-wholeTolerance), math.Floor(m.upper[j]+wholeTolerance)
	}
}

func isWhole(v float64) bool { return math.Abs(v-math.Round(v)) <= 1e-9 && math.Abs(v) < 1e9 }

// compress removes the fixed columns that are in no row.
func (m *model) compress() {
	at, kept := make([]int, len(m.cost)), 0
	for j, c := range m.cost {
		if m.lower[j] == m.upper[j] && len(m.columns[j]) == 0 {
			m.fixed[m.kept[j]] = m.lower[j]
			m.offset += float64(c * m.lower[j])
			at[j] = -1
			continue
		}
		at[j] = kept
		m.cost[kept], m.lower[kept], m.upper[kept] = c, m.lower[j], m.upper[j]
		m.whole[kept], m.kept[kept] = m.whole[j], m.kept[j]
		kept++
	}
	m.cost, m.lower, m.upper = m.cost[:kept], m.lower[:kept], m.upper[:kept]
	m.whole, m.kept = m.whole[:kept], m.kept[:kept]
	for i := range m.rows {
		for k, j := range m.rows[i].columns {
			m.rows[i].columns[k] = at[j]
		}
	}
	m.index()
}
