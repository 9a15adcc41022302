package linear

import "math"

// scale chooses the factors of rows and columns: a few passes bring the geometric mean of the
// smallest and the largest coefficient of every row and column near 1, and a last one the largest
// of each column (Fourer, Solving staircase linear programs by the simplex method, 1982). A matrix
// whose coefficients are all near 1 stays as it is.
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

// passes is how often the factors of rows and of columns are found from each other.
const passes = 4

// middle returns the factor that brings the geometric mean of the least and the largest
// coefficient, with the factors of the others, to 1.
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

// power returns the power of two that brings v within 0.5 and 1, and 1 for 0.
func power(v float64) float64 {
	if v == 0 || math.IsInf(v, 0) {
		return 1
	}
	_, exponent := math.Frexp(v)
	return math.Ldexp(1, -exponent)
}

// round returns the power of two nearest to v.
func round(v float64) float64 {
	fraction, exponent := math.Frexp(v)
	if fraction < math.Sqrt2/2 {
		exponent--
	}
	return math.Ldexp(1, exponent)
}
