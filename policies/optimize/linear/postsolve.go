package linear

import (
	"math"
	"slices"
)

// postsolver undoes the steps of a presolver, from the last to the first. After each undone step,
// it has the places of an optimal basis, the values and the multipliers for the program before this
// step. Values and multipliers of columns and rows that are still removed are 0.
type postsolver struct {
	*presolver
	basis Basis
	x, y  []float64
}

// postsolve returns a basis of the whole program. Its input is the solution of the reduced program,
// as a minimisation: the basis, the values x of the columns and the multipliers y of the rows.
func (s *presolver) postsolve(columns, rows []int32, reduced Basis, x, y []float64) Basis {
	n, m := s.p.Columns(), s.p.Height()
	t := postsolver{s, Basis{make([]Place, n), make([]Place, m)}, make([]float64, n), make([]float64, m)}
	for k, j := range columns {
		t.basis.Columns[j], t.x[j] = reduced.Columns[k], x[k]
	}
	for k, i := range rows {
		t.basis.Rows[i], t.y[i] = reduced.Rows[k], y[k]
	}
	for k := len(s.steps) - 1; k >= 0; k-- {
		t.undo(&s.steps[k])
	}
	return t.basis
}

func (t *postsolver) undo(s *step) {
	switch s.kind {
	case columnLeaves:
		t.x[s.column], t.basis.Columns[s.column] = s.value, s.place
	case rowLeaves:
		t.basis.Rows[s.row] = Basic
	case rowIsBound:
		t.undoBound(s)
	case rowForces:
		t.undoForce(s)
	case columnIsFree:
		t.undoFree(s)
	case columnIsSlack:
		t.undoSlack(s)
	}
}

// reducedCost returns the reduced cost of a column at this step.
func (t *postsolver) reducedCost(j int32) float64 {
	return t.cost[j] - t.a.dot(int(j), t.y)
}

// undoBound restores a row that became bounds of a column. If the column is at a bound that came
// from the row, the column becomes basic, and the row is at this bound instead. If both bounds of
// the column were equal, the sign of the reduced cost decides at which bound it is.
func (t *postsolver) undoBound(s *step) {
	i, j := s.row, s.column
	t.basis.Rows[i] = Basic
	place := t.basis.Columns[j]
	if place == Basic || place == AtZero {
		return
	}
	d := t.reducedCost(j)
	if s.lower == s.upper {
		if place = AtLower; d < 0 {
			place = AtUpper
		}
		t.basis.Columns[j] = place
	}
	if place == AtLower && !s.fromRow[0] || place == AtUpper && !s.fromRow[1] {
		return
	}
	t.basis.Columns[j], t.y[i] = Basic, d/s.value
	if s.value < 0 {
		place = place.other()
	}
	t.basis.Rows[i] = place
}

// undoForce restores a row that forced its columns. It finds the multiplier of the row with which
// the reduced costs of all these columns have the right signs. The column that needs the largest
// multiplier becomes basic.
func (t *postsolver) undoForce(s *step) {
	forced := t.forced[s.from:s.to]
	for k, place := range t.places[s.from:s.to] {
		t.x[forced[k]], t.basis.Columns[forced[k]] = t.at(forced[k], place), place
	}
	best, most := int32(-1), 0.
	index, value := t.a.row(int(s.row))
	for k, j := range index {
		if _, is := slices.BinarySearch(forced, j); !is {
			continue
		}
		y := t.reducedCost(j) / value[k]
		if s.place == AtLower && y > most || s.place == AtUpper && y < most {
			best, most = j, y
		}
	}
	t.basis.Rows[s.row] = Basic
	if best >= 0 {
		t.y[s.row], t.basis.Columns[best], t.basis.Rows[s.row] = most, Basic, s.place
	}
}

// rest returns the activity of the step's row without the term of the step's column.
func (t *postsolver) rest(s *step) (activity float64) {
	index, value := t.a.row(int(s.row))
	for k, j := range index {
		if j != s.column {
			activity += float64(value[k] * t.x[j])
		}
	}
	return activity
}

// undoFree restores a free column and its row. The column becomes basic, and the row is at the side
// that the sign of its multiplier needs. The other columns get their earlier costs again.
func (t *postsolver) undoFree(s *step) {
	for _, c := range t.charges[s.from:s.to] {
		t.cost[c.column] = c.cost
	}
	i, j := s.row, s.column
	price := s.cost / s.value
	side, place := s.lower, AtLower
	if price < 0 {
		side, place = s.upper, AtUpper
	}
	t.x[j], t.y[i] = (side-t.rest(s))/s.value, price
	t.basis.Columns[j], t.basis.Rows[i] = Basic, place
}

// undoSlack restores a slack column. It finds whether the row or the column is basic, or neither.
func (t *postsolver) undoSlack(s *step) {
	i, j := s.row, s.column
	activity := t.rest(s)
	low, high := AtLower, AtUpper // places of the column for the least and the largest activity
	if s.value < 0 {
		low, high = AtUpper, AtLower
	}
	switch t.basis.Rows[i] {
	case AtLower:
		t.basis.Columns[j] = high
	case AtUpper:
		t.basis.Columns[j] = low
	default:
		t.split(s, activity)
		return
	}
	t.x[j] = t.at(j, t.basis.Columns[j])
}

// split makes the row or the column basic, if the row was basic before.
func (t *postsolver) split(s *step, activity float64) {
	i, j := s.row, s.column
	if s.lower != s.upper {
		for _, place := range []Place{AtLower, AtUpper} {
			x := t.at(j, place)
			if math.IsInf(x, 0) {
				continue
			}
			if v := activity + float64(s.value*x); v >= s.lower && v <= s.upper {
				t.x[j], t.basis.Columns[j], t.basis.Rows[i] = x, place, Basic
				return
			}
		}
	}
	side, place := s.lower, AtLower
	if x := (side - activity) / s.value; math.IsInf(side, 0) || x < t.lower[j] || x > t.upper[j] {
		side, place = s.upper, AtUpper
	}
	t.x[j] = (side - activity) / s.value
	t.basis.Columns[j], t.basis.Rows[i] = Basic, place
}
