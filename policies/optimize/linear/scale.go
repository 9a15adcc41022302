package linear

import "math"

// scale chooses the factors of rows and columns. A few passes bring the geometric mean of the
// smallest and the largest coefficient of every row and column close to 1. A last pass brings the
// largest coefficient of each column close to 1 (Fourer, Solving staircase linear programs by the
// simplex method, 1982). If all coefficients are close to 1 already, scale does nothing.
func (s *Simplex) scale() {
	a := &s.a
	least, most := math.Inf(1), 0.
	for _, v := range a.byColumn.value {
		least, most = min(least, math.Abs(v)), max(most, math.Abs(v))
	}
	if len(a.byColumn.value) == 0 || least >= 0.2 && most <= 5 {
		return
	}
	row, column := filled(s.norms, s.m, 1), s.factor[:s.n]
	s.norms = row
	for range passes {
		for i := range s.m {
			index, value := a.row(i)
			row[i] = middle(index, value, column)
		}
		for j := range s.n {
			index, value := a.column(j)
			column[j] = middle(index, value, row)
		}
	}
	for i := range row {
		row[i] = round(row[i])
	}
	for j := range s.n {
		most := 0.
		index, value := a.column(j)
		for k, i := range index {
			most = max(most, math.Abs(value[k])*row[i])
		}
		column[j] = power(most)
		if most == 0 {
			column[j] = 1
		}
		for k, i := range index {
			value[k] *= row[i] * column[j]
		}
	}
	for i := range row {
		s.factor[s.n+i] = 1 / row[i]
	}
	a.makeRows()
}

// passes is the number of passes, each over the rows and the columns.
const passes = 4

// middle returns the factor of a line that brings the geometric mean of its least and largest
// coefficient to 1. Coefficients are multiplied by the factors of the crossing lines.
func middle(index []int32, value, factor []float64) float64 {
	if len(index) == 0 {
		return 1
	}
	least, most := math.Inf(1), 0.
	for k, i := range index {
		v := math.Abs(value[k]) * factor[i]
		least, most = min(least, v), max(most, v)
	}
	return min(max(1/(math.Sqrt(least)*math.Sqrt(most)), 0x1p-60), 0x1p60)
}

// power returns the power of two by which v has to be multiplied to be within 0.5 and 1. It returns
// 1 for 0 and infinity.
func power(v float64) float64 {
	if v == 0 || math.IsInf(v, 0) {
		return 1
	}
	_, exponent := math.Frexp(v)
	return math.Ldexp(1, -exponent)
}

// round returns the power of two that is closest to v.
func round(v float64) float64 {
	fraction, exponent := math.Frexp(v)
	if fraction < math.Sqrt2/2 {
		exponent--
	}
	return math.Ldexp(1, exponent)
}
