package linear

import (
	"math"
	"slices"
)

// postsolver takes the steps of a presolver back, last to first. Places are those of an optimal
// basis of the program at that step; values and multipliers are its solution, where those that have
// not been added yet are 0.
type postsolver struct {
	*presolver
	basis Basis
	x, y  []float64
}

// postsolve returns a basis of the whole program from the places, the values and the multipliers of
// the rows of what was left (to be minimised).
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

// undoBound lets the row be at its bound in place of the column, if the column is at one that came
// from the row. A column whose bounds were equal is at the one that its reduced cost asks for.
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

// undoForce finds the multiplier of the row with which the reduced costs of all of its columns have
// the right signs. The column that needs the most is basic.
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

// rest returns the activity of the row without the column.
func (t *postsolver) rest(s *step) (activity float64) {
	index, value := t.a.row(int(s.row))
	for k, j := range index {
		if j != s.column {
			activity += value[k] * t.x[j]
		}
	}
	return activity
}

// undoFree lets the column be basic and the row at the side that its price asks for. The other
// columns get their costs back.
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

// undoSlack finds which of the row and the column is basic, if any.
func (t *postsolver) undoSlack(s *step) {
	i, j := s.row, s.column
	activity := t.rest(s)
	low, high := AtLower, AtUpper // where the column is if it lifts the activity least, and most
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

// split shares what a basic row had between the row and the column.
func (t *postsolver) split(s *step, activity float64) {
	i, j := s.row, s.column
	if s.lower != s.upper {
		for _, place := range []Place{AtLower, AtUpper} {
			x := t.at(j, place)
			if math.IsInf(x, 0) {
				continue
			}
			if v := activity + s.value*x; v >= s.lower && v <= s.upper {
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
