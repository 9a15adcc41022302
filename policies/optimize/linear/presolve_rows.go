package linear

import "math"

// mostTries is the largest number of calls of boundActivity for a row.
const mostTries = 20

// lookAtRow makes all reductions that row i allows.
func (s *presolver) lookAtRow(i int32) {
	if !s.hasRow[i] {
		return
	}
	low, high := s.rowLower[i], s.rowUpper[i]
	switch {
	case crosses(low, high):
		s.gaveUp = true
	case math.IsInf(low, -1) && math.IsInf(high, 1):
		s.dropRow(i)
	case s.rowLeft[i] == 0:
		if low > 1e-9 || high < -1e-9 {
			s.gaveUp = true
			return
		}
		s.dropRow(i)
	case s.rowLeft[i] == 1:
		s.rowToBound(i)
	case s.tried[i] < mostTries:
		s.tried[i]++
		s.boundActivity(i)
	}
}

// dropRow removes a row that always holds.
func (s *presolver) dropRow(i int32) {
	s.steps = append(s.steps, step{kind: rowLeaves, row: i})
	s.removeRow(i)
}

// rowToBound turns a row with one column into bounds of the column.
func (s *presolver) rowToBound(i int32) {
	for j, a := range s.columnsOf(i) {
		low, high := s.rowLower[i]/a, s.rowUpper[i]/a
		if a < 0 {
			low, high = high, low
		}
		t := step{kind: rowIsBound, row: i, column: j, value: a}
		if low > s.lower[j] {
			s.lower[j], t.fromRow[0] = low, true
		}
		if high < s.upper[j] {
			s.upper[j], t.fromRow[1] = high, true
		}
		if s.lower[j] > s.upper[j] {
			if crosses(s.lower[j], s.upper[j]) {
				s.gaveUp = true
				return
			}
			if t.fromRow[0] {
				s.lower[j] = s.upper[j]
			} else {
				s.upper[j] = s.lower[j]
			}
		}
		t.lower, t.upper = s.lower[j], s.upper[j]
		s.steps = append(s.steps, t)
		if t.fromRow[0] || t.fromRow[1] {
			for other := range s.rowsOf(j) {
				s.rows.add(other)
			}
		}
	}
	s.removeRow(i)
}

// activity returns the least and the largest activity of a row within the bounds of its columns,
// and the sum of the absolute values of the finite terms. It leaves out the column but (−1: none).
func (s *presolver) activity(i, but int32) (least, most, size float64) {
	for j, a := range s.columnsOf(i) {
		if j == but {
			continue
		}
		low, high := a*s.lower[j], a*s.upper[j]
		if a < 0 {
			low, high = high, low
		}
		least += low
		most += high
		if !math.IsInf(low, 0) {
			size = max(size, math.Abs(low))
		}
		if !math.IsInf(high, 0) {
			size = max(size, math.Abs(high))
		}
	}
	return least, most, size
}

// boundActivity removes a row that always holds. If a row can only hold with all its columns at
// certain bounds, it removes the row and these columns.
func (s *presolver) boundActivity(i int32) {
	least, most, size := s.activity(i, -1)
	low, high := s.rowLower[i], s.rowUpper[i]
	near := 1e-9 * (1 + size)
	switch {
	case least > high+float64(1e3*near) || most < low-float64(1e3*near):
		s.gaveUp = true
	case least >= low-near/1e3 && most <= high+near/1e3:
		s.dropRow(i)
	case !math.IsInf(high, 1) && math.Abs(least-high) <= near:
		s.force(i, true)
	case !math.IsInf(low, -1) && math.Abs(most-low) <= near:
		s.force(i, false)
	case least >= low && !math.IsInf(low, -1):
		s.rowLower[i] = math.Inf(-1)
		s.lookAtColumnsOf(i)
	case most <= high && !math.IsInf(high, 1):
		s.rowUpper[i] = math.Inf(1)
		s.lookAtColumnsOf(i)
	}
}

// lookAtColumnsOf adds the columns of a row to the worklist.
func (s *presolver) lookAtColumnsOf(i int32) {
	for j := range s.columnsOf(i) {
		s.columns.add(j)
	}
}

// force removes the columns of a row whose least activity equals its upper bound. If least is
// false, it is a row whose largest activity equals its lower bound. Each column is at the bound
// that gives this activity.
func (s *presolver) force(i int32, least bool) {
	t := step{kind: rowForces, row: i, from: int32(len(s.forced)), place: AtLower}
	if least {
		t.place = AtUpper
	}
	for j, a := range s.columnsOf(i) {
		place := AtUpper
		if a > 0 == least {
			place = AtLower
		}
		s.forced, s.places = append(s.forced, j), append(s.places, place)
	}
	t.to = int32(len(s.forced))
	s.steps = append(s.steps, t)
	s.removeRow(i)
	for k := t.from; k < t.to; k++ {
		s.fix(s.forced[k], s.at(s.forced[k], s.places[k]))
	}
}
