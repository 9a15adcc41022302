package linear

import "math"

// refactor computes the factors of the basis, if they are not fresh. Where the basis is singular,
// rows become basic in place of columns. It returns whether that happened.
func (s *Simplex) refactor() (repaired bool) {
	if s.factored && s.lu.updates() == 0 {
		return false
	}
	for i, v := range s.head { // weights move with their variables
		s.d[v] = s.weight[i] // basic variables have no reduced cost, so d is free
	}
	lost := s.lu.factorize(&s.a, s.head)
	for i, v := range s.head {
		s.weight[i] = s.d[v]
	}
	for _, v := range lost {
		s.place[v] = s.resting(int(v), AtLower)
		repaired = true
	}
	if repaired {
		for i, v := range s.head {
			if s.place[v] != Basic {
				s.place[v] = Basic
				s.weight[i] = 1
			}
		}
	}
	s.factored, s.fresh = true, false
	return repaired
}

// rest puts every variable outside of the basis to the bound where it is placed.
func (s *Simplex) rest() {
	for v, p := range s.place {
		switch p {
		case AtLower:
			s.x[v] = s.workLower[v]
		case AtUpper:
			s.x[v] = s.workUpper[v]
		case AtZero:
			s.x[v] = 0
		}
	}
}

// computePrimal computes the values of the basic variables: B·x_B = −N·x_N.
func (s *Simplex) computePrimal() {
	s.rest()
	c := &s.column
	c.clear()
	for v, p := range s.place {
		if p == Basic || s.x[v] == 0 {
			continue
		}
		if v < s.n {
			s.a.addColumn(v, -s.x[v], c.value)
		} else {
			c.value[v-s.n] -= s.x[v]
		}
	}
	c.count = -1
	s.lu.ftran(c, false)
	for i, v := range s.head {
		s.x[v] = c.value[i]
	}
	s.measure()
}

// measure notes by how much each basic variable is outside of its bounds, squared.
func (s *Simplex) measure() {
	for i, v := range s.head {
		s.infeasibility[i] = s.outside(v)
	}
}

// outside returns the square of the distance of a variable from its bounds, 0 within the tolerance.
func (s *Simplex) outside(v int32) float64 {
	x := s.x[v]
	far := max(s.workLower[v]-x, x-s.workUpper[v])
	if far <= s.feasible {
		return 0
	}
	return far * far
}

// computeDual computes multipliers of the rows and reduced costs: Bᵀ·y = c_B, d = c − y·[a I].
func (s *Simplex) computeDual(cost []float64) {
	s.multipliers(cost)
	for j := range s.n {
		if s.place[j] == Basic {
			s.d[j] = 0
		} else {
			s.d[j] = cost[j] - s.a.dot(j, s.y)
		}
	}
	for i, y := range s.y {
		if v := s.n + i; s.place[v] == Basic {
			s.d[v] = 0
		} else {
			s.d[v] = cost[v] - y
		}
	}
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

// wrong returns by how much the reduced cost of variable v, which is outside of the basis, has the
// wrong sign.
func (s *Simplex) wrong(v int) float64 {
	switch s.place[v] {
	case Basic:
		return 0
	case AtLower:
		if s.workLower[v] == s.workUpper[v] {
			return 0
		}
		return -s.d[v]
	case AtUpper:
		if s.workLower[v] == s.workUpper[v] {
			return 0
		}
		return s.d[v]
	}
	return math.Abs(s.d[v])
}

// load puts the column of variable v into a vector.
func (s *Simplex) load(v int, c *vector) {
	c.clear()
	if v >= s.n {
		c.set(int32(v-s.n), 1)
		return
	}
	index, value := s.a.column(v)
	for k, i := range index {
		c.set(i, value[k])
	}
}

// price computes alpha = row of B⁻¹·[a I] from the row of B⁻¹. Entries of basic variables are
// rounding errors.
func (s *Simplex) price(row *vector) {
	alpha := &s.alpha
	alpha.clear()
	if 4*row.count > s.m {
		s.priceColumns(row)
	} else {
		s.priceRows(row)
	}
	for _, i := range row.entries() {
		if v := s.n + int(i); s.place[v] != Basic {
			alpha.set(int32(v), row.value[i])
		}
	}
}

func (s *Simplex) priceColumns(row *vector) {
	alpha := &s.alpha
	for j := range s.n {
		if s.place[j] == Basic {
			continue
		}
		if v := s.a.dot(j, row.value); math.Abs(v) > tiny {
			alpha.set(int32(j), v)
		}
	}
}

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
			if old += r * value[k]; old == 0 {
				old = 1e-50 // it stays listed
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
