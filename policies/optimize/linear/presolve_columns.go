package linear

import "math"

// lookAtColumn makes all reductions that column j allows.
func (s *presolver) lookAtColumn(j int32) {
	if !s.hasColumn[j] {
		return
	}
	low, high := s.lower[j], s.upper[j]
	switch {
	case crosses(low, high):
		s.gaveUp = true
	case low >= high:
		s.leave(j, AtLower)
	case s.columnLeft[j] == 0:
		s.leaveEmpty(j)
	case s.fixedBySigns(j):
	case s.columnLeft[j] == 1:
		for i, a := range s.rowsOf(j) {
			s.singleton(i, j, a)
		}
	}
}

// leave removes a column at one of its bounds.
func (s *presolver) leave(j int32, place Place) {
	x := s.at(j, place)
	if math.IsInf(x, 0) {
		s.gaveUp = true
		return
	}
	s.steps = append(s.steps, step{kind: columnLeaves, column: j, value: x, place: place})
	s.fix(j, x)
}

// leaveEmpty removes a column without rows, at the bound that is best for its cost.
func (s *presolver) leaveEmpty(j int32) {
	low, high := s.lower[j], s.upper[j]
	switch c := s.cost[j]; {
	case c > 0:
		s.leave(j, AtLower)
	case c < 0:
		s.leave(j, AtUpper)
	case !math.IsInf(low, -1):
		s.leave(j, AtLower)
	case !math.IsInf(high, 1):
		s.leave(j, AtUpper)
	default:
		s.leave(j, AtZero)
	}
}

// fixedBySigns removes a column at a bound if neither its cost nor any row gives a reason to leave
// this bound. It reports whether it did.
func (s *presolver) fixedBySigns(j int32) bool {
	down, up := s.cost[j] >= 0, s.cost[j] <= 0 // whether the column may go to this bound
	for i, a := range s.rowsOf(j) {
		low, high := !math.IsInf(s.rowLower[i], -1), !math.IsInf(s.rowUpper[i], 1)
		if a < 0 {
			low, high = high, low
		}
		down, up = down && !low, up && !high
	}
	switch {
	case down && (s.cost[j] > 0 || !math.IsInf(s.lower[j], -1)):
		s.leave(j, AtLower)
	case up && (s.cost[j] < 0 || !math.IsInf(s.upper[j], 1)):
		s.leave(j, AtUpper)
	default:
		return false
	}
	return true
}

// singleton removes column j, whose only row is i, if this removes the row, too, or changes no
// costs of other columns. Otherwise the first basis might no longer be dual feasible. It does
// nothing if j is the only column of the row, because such a row becomes bounds.
func (s *presolver) singleton(i, j int32, a float64) {
	if s.rowLeft[i] < 2 || !s.worthwhile(i, a) {
		return
	}
	low, high := s.rowLower[i], s.rowUpper[i]
	t := step{row: i, column: j, value: a, lower: low, upper: high, cost: s.cost[j]}
	side := low
	if t.cost/a < 0 {
		side = high
	}
	switch {
	case (low == high || t.cost != 0) && s.impliedFree(i, j, a, side):
		t.kind = columnIsFree
		s.charge(t)
		s.hasColumn[j] = false
		s.removeRow(i)
	case t.cost == 0:
		t.kind = columnIsSlack
		s.steps = append(s.steps, t)
		s.widen(t)
	}
}

// widen removes a column without cost, and widens the bounds of its row by the range of its term.
func (s *presolver) widen(t step) {
	least, most := t.value*s.lower[t.column], t.value*s.upper[t.column]
	if t.value < 0 {
		least, most = most, least
	}
	s.rowLower[t.row], s.rowUpper[t.row] = t.lower-most, t.upper-least
	s.hasColumn[t.column] = false
	s.rowLeft[t.row]--
	s.rows.add(t.row)
	s.lookAtColumnsOf(t.row)
}

// worthwhile reports whether a coefficient is large enough in its row to be a divisor.
func (s *presolver) worthwhile(i int32, a float64) bool {
	most := 0.
	for _, v := range s.columnsOf(i) {
		most = max(most, math.Abs(v))
	}
	return math.Abs(a) >= 1e-3*most
}

// charge moves the cost of the removed column to the other columns of the row, and records the
// step.
func (s *presolver) charge(t step) {
	price := t.cost / t.value
	t.from = int32(len(s.charges))
	if price != 0 {
		for k, v := range s.columnsOf(t.row) {
			if k == t.column {
				continue
			}
			s.charges = append(s.charges, charge{k, s.cost[k]})
			s.cost[k] -= float64(price * v)
			if math.Abs(s.cost[k]) <= 1e-13*math.Abs(price*v) {
				s.cost[k] = 0
			}
			s.columns.add(k)
		}
	}
	t.to = int32(len(s.charges))
	s.steps = append(s.steps, t)
}

// impliedFree reports whether column j is always within its bounds if row i is at the given side.
func (s *presolver) impliedFree(i, j int32, a, side float64) bool {
	if math.IsInf(side, 0) {
		return false
	}
	if math.IsInf(s.lower[j], -1) && math.IsInf(s.upper[j], 1) {
		return true
	}
	least, most, _ := s.activity(i, j)
	low, high := (side-most)/a, (side-least)/a
	if a < 0 {
		low, high = high, low
	}
	return low >= s.lower[j] && high <= s.upper[j]
}
