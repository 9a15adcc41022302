package linear

import "math"

// refactor computes the factors of the basis, unless they are fresh. If the basis is singular, rows
// become basic instead of columns.
func (s *Simplex) refactor() {
	if s.factored && s.lu.updates() == 0 {
		return
	}
	weight := grown(s.spare, s.n+s.m) // by variable, because rows of the basis change
	s.spare = weight
	for i, v := range s.head {
		weight[v] = s.weight[i]
	}
	lost := s.lu.factorize(&s.a, s.head)
	for i, v := range s.head {
		if s.weight[i] = weight[v]; s.place[v] != Basic {
			s.weight[i], s.place[v] = 1, Basic
		}
	}
	for _, v := range lost {
		s.place[v] = s.resting(int(v), AtLower)
	}
	s.factored, s.valuesKnown, s.pricesKnown = true, false, false
}

// prepare makes sure that the factors exist and are not stale.
func (s *Simplex) prepare() {
	if !s.factored || s.stale() {
		s.refactor()
	}
}

// stale reports whether the factors should be computed anew.
func (s *Simplex) stale() bool {
	n := s.lu.updates()
	return n >= mostUpdates || n >= 20 && s.lu.swollen()
}

// restingValue returns the value of a nonbasic variable.
func (s *Simplex) restingValue(v int32) float64 {
	switch s.place[v] {
	case AtLower:
		return s.workLower[v]
	case AtUpper:
		return s.workUpper[v]
	}
	return 0
}

// computePrimal sets every nonbasic variable to its bound, and computes the values of the basic
// variables: B·x_B = −N·x_N.
func (s *Simplex) computePrimal() {
	c := &s.column
	c.clear()
	for v, p := range s.place {
		if p == Basic {
			continue
		}
		x := s.restingValue(int32(v))
		if s.x[v] = x; x != 0 {
			s.addTo(c, v, -x)
		}
	}
	c.count = -1
	s.lu.ftran(c, false)
	for i, v := range s.head {
		s.x[v] = c.value[i]
	}
	s.measure()
	s.valuesKnown = true
}

// measure computes the squared distance of each basic variable from its bounds.
func (s *Simplex) measure() {
	for i, v := range s.head {
		s.infeasibility[i] = s.outside(v)
	}
}

// outside returns the squared distance of a variable from its bounds. It is 0 within the tolerance.
func (s *Simplex) outside(v int32) float64 {
	x := s.x[v]
	far := max(s.workLower[v]-x, x-s.workUpper[v])
	if far <= s.feasible {
		return 0
	}
	return far * far
}

// computeDual computes the multipliers of the rows and the reduced costs: Bᵀ·y = c_B, d = c − y·[a
// I]. The reduced costs of basic variables are only rounding errors.
func (s *Simplex) computeDual(cost []float64) {
	s.multipliers(cost)
	for j := range s.n {
		s.d[j] = cost[j] - s.a.dot(j, s.y)
	}
	for i, v := range s.y {
		s.d[s.n+i] = cost[s.n+i] - v
	}
	s.pricesKnown = true
}

// multipliers computes y of Bᵀ·y = c_B.
func (s *Simplex) multipliers(cost []float64) {
	c := &s.column
	c.clear()
	for i, v := range s.head {
		c.value[i] = cost[v]
	}
	c.count = -1
	s.lu.btran(c, false)
	copy(s.y, c.value)
}

// wrong returns by how much the reduced cost of variable v has the wrong sign. It is 0 for basic
// and fixed variables.
func (s *Simplex) wrong(v int) float64 {
	if s.place[v] == Basic || s.workLower[v] == s.workUpper[v] {
		return 0
	}
	switch s.place[v] {
	case AtLower:
		return -s.d[v]
	case AtUpper:
		return s.d[v]
	}
	return math.Abs(s.d[v])
}

// computeColumn computes column = B⁻¹ times the column of variable v. Keep must be true if v may
// then enter the basis.
func (s *Simplex) computeColumn(v int, keep bool) {
	c := &s.column
	c.clear()
	if v >= s.n {
		c.set(int32(v-s.n), 1)
	} else {
		index, value := s.a.column(v)
		for k, i := range index {
			c.set(i, value[k])
		}
	}
	s.lu.ftran(c, keep)
}

// computeRow computes pivotRow = row r of B⁻¹. Keep must be true if the variable of the row may
// then leave the basis.
func (s *Simplex) computeRow(r int32, keep bool) {
	s.pivotRow.clear()
	s.pivotRow.set(r, 1)
	s.lu.btran(&s.pivotRow, keep)
}

// price computes alpha = a row of B⁻¹·[a I] from the row of B⁻¹, for nonbasic variables.
func (s *Simplex) price(row *vector) {
	alpha := &s.alpha
	alpha.clear()
	entries := 0
	for _, i := range row.entries() {
		entries += int(s.a.byRow.count(int(i)))
	}
	switch {
	case 5*row.count > 2*s.m:
		s.priceColumns(row)
	case 4*entries > s.n:
		s.priceAll(row)
	default:
		s.priceRows(row)
	}
	for _, i := range row.entries() {
		if v := s.n + int(i); s.place[v] != Basic {
			alpha.set(int32(v), row.value[i])
		}
	}
}

// priceColumns computes alpha column by column.
func (s *Simplex) priceColumns(row *vector) {
	alpha := &s.alpha
	for j, p := range s.place[:s.n] {
		if p == Basic {
			continue
		}
		if v := s.a.dot(j, row.value); math.Abs(v) > tiny {
			alpha.set(int32(j), v)
		}
	}
}

// priceAll computes alpha as a sum of rows, and lists its entries at the end. This suits dense
// results.
func (s *Simplex) priceAll(row *vector) {
	alpha := &s.alpha
	sum := alpha.value[:s.n]
	for _, i := range row.entries() {
		r := row.value[i]
		index, value := s.a.row(int(i))
		for k, j := range index {
			sum[j] += float64(r * value[k])
		}
	}
	count := 0
	for j, v := range sum {
		if v == 0 {
			continue
		}
		if s.place[j] == Basic || math.Abs(v) <= tiny {
			sum[j] = 0
			continue
		}
		alpha.index[count] = int32(j)
		count++
	}
	alpha.count = count
}

// priceRows computes alpha as a sum of rows, and lists its entries on the way. This suits sparse
// results.
func (s *Simplex) priceRows(row *vector) {
	alpha := &s.alpha
	for _, i := range row.entries() {
		r := row.value[i]
		index, value := s.a.row(int(i))
		for k, j := range index {
			old := alpha.value[j]
			if old == 0 {
				alpha.index[alpha.count] = j
				alpha.count++
			}
			if old += float64(r * value[k]); old == 0 {
				old = 1e-50 // not 0, so that it is not listed twice
			}
			alpha.value[j] = old
		}
	}
	count := 0
	for _, j := range alpha.entries() {
		if s.place[j] == Basic || math.Abs(alpha.value[j]) <= tiny {
			alpha.value[j] = 0
			continue
		}
		alpha.index[count] = j
		count++
	}
	alpha.count = count
}
