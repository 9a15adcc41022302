package linear

import (
	"math"
	"slices"
)

// addedRow is a row that AddRow got and join has not yet put into the matrix.
type addedRow struct {
	lower, upper float64
	columns      []int
	values       []float64
}

// Bounds returns the bounds of column j.
func (s *Simplex) Bounds(j int) (lower, upper float64) {
	return s.lower[j] * s.factor[j], s.upper[j] * s.factor[j]
}

// SetBounds changes the bounds of column j. The program is infeasible if lower is above upper.
func (s *Simplex) SetBounds(j int, lower, upper float64) {
	s.setBounds(j, lower/s.factor[j], upper/s.factor[j])
}

// SetRow changes the bounds of row i.
func (s *Simplex) SetRow(i int, lower, upper float64) {
	s.join()
	v := s.n + i
	s.setBounds(v, -upper/s.factor[v], -lower/s.factor[v])
}

func (s *Simplex) setBounds(v int, lower, upper float64) {
	s.lower[v], s.upper[v] = lower, upper
	s.place[v] = s.resting(v, s.place[v])
	if s.suspect = s.suspect || lower > upper; s.suspect || !s.verified {
		s.unchanged, s.valuesKnown, s.verified = false, false, false
		return
	}
	s.workLower[v], s.workUpper[v] = lower, upper
	s.touched = append(s.touched, int32(v))
}

// SetCost changes the cost of column j.
func (s *Simplex) SetCost(j int, cost float64) {
	s.cost[j] = s.sign * cost * s.factor[j] / s.costUnit
	s.unchanged, s.pricesKnown, s.verified = false, false, false
}

// AddRow adds a row. If a column is listed twice, its coefficient is the sum of both values. The
// basis stays valid: the new row is basic.
func (s *Simplex) AddRow(lower, upper float64, columns []int, values []float64) {
	s.pending = append(s.pending, addedRow{lower, upper, slices.Clone(columns), slices.Clone(values)})
}

// join puts the added rows into the matrix.
func (s *Simplex) join() {
	if len(s.pending) == 0 {
		return
	}
	old, rows := s.m, s.pending
	s.pending = nil
	s.m += len(rows)
	s.a.rows = s.m
	a := &s.a.byRow
	sums := make([]float64, s.n)
	for k, row := range rows {
		v := s.n + old + k
		most := 0.
		for e, j := range row.columns {
			sums[j] += row.values[e]
			most = max(most, math.Abs(sums[j]*s.factor[j]))
		}
		unit := power(most)
		if s.noScale {
			unit = 1
		}
		for _, j := range row.columns {
			if sums[j] != 0 {
				a.index, a.value = append(a.index, int32(j)), append(a.value, sums[j]*s.factor[j]*unit)
				sums[j] = 0
			}
		}
		a.start = append(a.start, int32(len(a.index)))
		s.factor = append(s.factor, 1/unit)
		s.cost = append(s.cost, 0)
		s.lower, s.upper = append(s.lower, -row.upper*unit), append(s.upper, -row.lower*unit)
		s.place = append(s.place, Basic)
		s.head = append(s.head, int32(v))
		s.weight = append(s.weight, 1)
	}
	s.a.makeColumns()
	s.allocate()
}

// DropRows removes the rows for which drop returns true. Later rows move up. For every removed row
// that is not basic, another variable leaves the basis, so the next solve may take more steps.
func (s *Simplex) DropRows(drop func(row int) bool) {
	s.join()
	a := &s.a.byRow
	kept, at := 0, int32(0)
	for i := range s.m {
		if drop(i) {
			continue
		}
		index, value := a.line(i)
		copy(a.index[at:], index)
		copy(a.value[at:], value)
		a.start[kept] = at
		at += int32(len(index))
		v, w := s.n+kept, s.n+i
		s.factor[v], s.cost[v], s.lower[v], s.upper[v], s.place[v] = s.factor[w], s.cost[w], s.lower[w], s.upper[w], s.place[w]
		kept++
	}
	a.start[kept] = at
	a.start, a.index, a.value = a.start[:kept+1], a.index[:at], a.value[:at]
	s.m, s.a.rows = kept, kept
	total := s.n + kept
	s.factor, s.cost = s.factor[:total], s.cost[:total]
	s.lower, s.upper, s.place = s.lower[:total], s.upper[:total], s.place[:total]
	s.a.makeColumns()
	s.allocate()
	s.gather()
	s.basisChanged()
}
