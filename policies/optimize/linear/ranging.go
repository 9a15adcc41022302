package linear

import "math"

// Range is the interval in which a number may move. Its ends may be infinite.
type Range struct{ Low, High float64 }

// Ranging says how far each number of a program may move, all others fixed, while the basis stays
// optimal (Dantzig and Thapa, Linear programming 1, 1997, section 6.4).
//
// If a row is at a bound, its range holds the values that this bound may take. For any other row,
// the lower bound may rise to Low, and the upper bound may fall to High. Both are then the
// activity.
type Ranging struct {
	Cost []Range // per column
	Rows []Range // per row
}

// Ranging returns the ranges around the optimum of the last Solve. It returns false if the present
// basis is not optimal.
func (s *Simplex) Ranging() (Ranging, bool) {
	s.join()
	s.feasible, s.optimal = defaultTolerance, defaultTolerance
	s.setProblem()
	if s.crossed() || !s.settled() {
		return Ranging{}, false
	}
	r := Ranging{make([]Range, s.n), make([]Range, s.m)}
	at := make([]int32, s.n+s.m)
	for i, v := range s.head {
		at[v] = int32(i)
	}
	for j := range r.Cost {
		unit := s.sign * s.costUnit / s.factor[j]
		r.Cost[j] = s.costRange(j, at[j]).times(unit)
	}
	for i := range r.Rows {
		r.Rows[i] = s.rowRange(s.n + i).times(-s.factor[s.n+i])
	}
	return r, true
}

// times returns the range with both ends multiplied.
func (r Range) times(f float64) Range {
	if f < 0 {
		return Range{f * r.High, f * r.Low}
	}
	return Range{f * r.Low, f * r.High}
}

// costRange returns the range of the scaled cost of column j. If the column is basic, r is its row.
func (s *Simplex) costRange(j int, r int32) Range {
	inf, c, d := math.Inf(1), s.cost[j], s.d[j]
	switch s.place[j] {
	case AtLower, AtUpper:
		if s.lower[j] == s.upper[j] {
			return Range{-inf, inf}
		}
		if s.place[j] == AtLower {
			return Range{c - max(d, 0), inf}
		}
		return Range{-inf, c - min(d, 0)}
	case AtZero:
		return Range{c, c}
	}
	s.computeRow(r, false)
	s.price(&s.pivotRow)
	down, up := inf, inf
	for _, v := range s.alpha.entries() {
		a, d := s.alpha.value[v], s.d[v]
		if math.Abs(a) <= 1e-9 || s.lower[v] == s.upper[v] {
			continue
		}
		switch s.place[v] {
		case AtUpper:
			a, d = -a, -d
		case AtZero:
			return Range{c, c}
		}
		if step := max(d, 0) / math.Abs(a); a > 0 {
			up = min(up, step)
		} else {
			down = min(down, step)
		}
	}
	return Range{c - down, c + up}
}

// rowRange returns the range of the scaled variable of a row.
func (s *Simplex) rowRange(v int) Range {
	x := s.x[v]
	if s.place[v] == Basic {
		return Range{x, x}
	}
	s.computeColumn(v, false)
	down, up := math.Inf(1), math.Inf(1)
	for _, i := range s.column.entries() {
		a, b := s.column.value[i], s.head[i]
		if math.Abs(a) <= 1e-9 {
			continue
		}
		fall, rise := max(s.x[b]-s.lower[b], 0), max(s.upper[b]-s.x[b], 0)
		if a < 0 {
			fall, rise = rise, fall
		}
		up, down = min(up, fall/math.Abs(a)), min(down, rise/math.Abs(a))
	}
	return Range{x - down, x + up}
}
