package linear

import "slices"

// TableauRow writes the row of the simplex tableau in which column j is basic: the multipliers of
// the rows, and for each column the coefficient Σ multipliers·rows. The coefficient is 1 for j and
// 0 for other basic columns, except for rounding errors. For every x
//
//	Σ coefficients[k]·x[k] = Σ multipliers[i]·activity[i].
//
// It returns false if j is not basic. The slices have the lengths Height and Columns.
func (s *Simplex) TableauRow(j int, multipliers, coefficients []float64) bool {
	s.join()
	if s.place[j] != Basic {
		return false
	}
	s.prepare()
	s.computeRow(int32(slices.Index(s.head, int32(j))), false)
	row := s.pivotRow.value
	for i := range s.m {
		multipliers[i] = row[i] * s.factor[j] / s.factor[s.n+i]
	}
	for k := range s.n {
		coefficients[k] = s.a.dot(k, row) * s.factor[j] / s.factor[k]
	}
	return true
}
