package linear

import "math"

// crossed reports whether some lower bound is above its upper bound by more than rounding errors.
func (s *Simplex) crossed() bool {
	for v, l := range s.lower {
		if crosses(l, s.upper[v]) {
			return true
		}
	}
	return false
}

// verifyPrimal reports whether values are within bounds and rows hold in the program as it was
// given. The tolerance is 1e-6, relative to the terms of each sum. It computes activities from the
// values, by the coefficients of the program. So the check does not depend on the factors.
func (s *Simplex) verifyPrimal() bool {
	for j, x := range s.x[:s.n] {
		if x >= s.lower[j] && x <= s.upper[j] {
			continue
		}
		f := s.factor[j]
		if over := max(s.lower[j]-x, x-s.upper[j]) * f; over > accuracy*(1+math.Abs(x*f)) {
			return false
		}
	}
	s.activities(true)
	for i, a := range s.result.Activity {
		v := s.n + i
		f := s.factor[v]
		if over := max(s.lower[v]+a, -a-s.upper[v]) * f; over > accuracy*(1+float64(s.norms[i]*f)) {
			return false
		}
	}
	return true
}

// accuracy is the allowed error of values, rows and reduced costs of an optimum, relative to the
// terms of their sums. If an error is larger, the solve continues with smaller tolerances.
const accuracy = 1e-6

// activities writes the scaled values and their activities into the result. If within is true, it
// first moves values into their bounds. It writes the largest term of each activity into s.norms.
func (s *Simplex) activities(within bool) {
	r := &s.result
	activity, size := zeros(r.Activity, s.m), zeros(s.norms, s.m)
	r.X, r.Activity, s.norms = grown(r.X, s.n), activity, size
	for j, x := range s.x[:s.n] {
		if within {
			x = min(max(x, s.lower[j]), s.upper[j]) // a move by at most the tolerance
		}
		if r.X[j] = x; x == 0 {
			continue
		}
		index, value := s.a.column(j)
		for k, i := range index {
			term := float64(value[k] * x)
			activity[i] += term
			size[i] = max(size[i], math.Abs(term))
		}
	}
}

// verifyDual reports whether the reduced costs that computeDual has just computed from the
// multipliers have the right sign in the program as it was given. The tolerance is 1e-6, relative
// to the terms of each reduced cost, and at least the rounding errors of the largest multiplier.
func (s *Simplex) verifyDual() bool {
	rounding := 1e-14 * max(large(s.y), large(s.cost))
	for v, d := range s.d {
		if p := s.place[v]; p == AtLower && d >= 0 || p == AtUpper && d <= 0 {
			continue
		}
		unit := s.costUnit / s.factor[v]
		if s.signed(v, d, max(rounding, accuracy/unit)) {
			continue
		}
		if v >= s.n || !s.signed(v, d, accuracy*(1/unit+s.terms(v))) {
			return false
		}
	}
	return true
}

// terms returns the sum of the absolute values of the terms of column j's reduced cost.
func (s *Simplex) terms(j int) float64 {
	sum := math.Abs(s.cost[j])
	index, value := s.a.column(j)
	for k, i := range index {
		sum += math.Abs(s.y[i] * value[k])
	}
	return sum
}

// signed reports whether the reduced cost d of variable v has the right sign, or is 0 if v is
// basic.
func (s *Simplex) signed(v int, d, tolerance float64) bool {
	if s.lower[v] >= s.upper[v] && s.place[v] != Basic {
		return true
	}
	switch s.place[v] {
	case AtLower:
		return d >= -tolerance
	case AtUpper:
		return d <= tolerance
	}
	return math.Abs(d) <= tolerance
}

// provesInfeasible reports whether a combination of the rows cannot hold within the bounds (Farkas'
// lemma). With g = row·[a I], every solution has Σ g·z = 0. The program has no solution if the sum
// is above 0 for all values within the bounds, or below 0 for all, by more than rounding errors. It
// keeps the multipliers for the result.
//
// Multipliers that are only rounding errors may need an infinite bound of a column, and then prove
// nothing. So it tries again without the smallest multipliers.
func (s *Simplex) provesInfeasible(row []float64) bool {
	return s.proveInfeasible(s.cleaned(row, false)) || s.proveInfeasible(s.cleaned(row, true))
}

// proveInfeasible is provesInfeasible for these multipliers.
func (s *Simplex) proveInfeasible(row []float64) bool {
	low, high, size := 0., 0., 0.
	add := func(v int, g, noise float64) {
		if g == 0 {
			return
		}
		l, u := s.lower[v], s.upper[v]
		if g < 0 {
			l, u = u, l
		}
		a, b := g*l, g*u
		if math.Abs(g) <= noise {
			if math.IsInf(a, 0) {
				a = 0
			}
			if math.IsInf(b, 0) {
				b = 0
			}
		}
		low += a
		high += b
		if !math.IsInf(a, 0) {
			size += math.Abs(a)
		} else if !math.IsInf(b, 0) {
			size += math.Abs(b)
		}
	}
	for j := range s.n {
		g, terms := 0., 0.
		index, value := s.a.column(j)
		for k, i := range index {
			term := float64(row[i] * value[k])
			g += term
			terms += math.Abs(term)
		}
		add(j, g, 1e-11*terms)
	}
	most := 0.
	for i, g := range row {
		add(s.n+i, g, 0)
		most = max(most, math.Abs(g))
	}
	gap := max(low, -high)
	if math.IsNaN(gap) || gap <= float64(1e-9*size)+float64(1e-9*most) {
		return false
	}
	sign := 1.
	if -high > low {
		sign = -1
	}
	s.result.Farkas = grown(s.result.Farkas, s.m)
	for i, g := range row {
		s.result.Farkas[i] = sign * g / s.factor[s.n+i]
	}
	return true
}

// cleaned returns the multipliers, but sets those to 0 that are probably rounding errors, because
// they are much smaller than the others: all of them, or those of rows whose activities have an
// infinite bound.
func (s *Simplex) cleaned(row []float64, all bool) []float64 {
	most := large(row)
	clean := grown(s.norms, s.m)
	s.norms = clean
	for i, g := range row {
		if v := s.n + i; math.Abs(g) <= 1e-11*most && (all || math.IsInf(s.lower[v], -1) || math.IsInf(s.upper[v], 1)) {
			g = 0
		}
		clean[i] = g
	}
	return clean
}

// provesInfeasibleByDistance reports whether the multipliers of phase 1 prove that the least sum of
// distances from the bounds is above 0.
func (s *Simplex) provesInfeasibleByDistance() bool {
	s.multipliers(s.phaseCost)
	return s.provesInfeasible(s.y)
}

// provesUnbounded reports whether the last direction of the primal method improves without end: it
// meets no bound, and the objective falls. It keeps the direction for the result.
func (s *Simplex) provesUnbounded() bool {
	s.prepare()
	s.computePrimal()
	if s.outsideBounds() {
		return false
	}
	s.computeColumn(s.entered, false)
	ray := zeros(s.phaseCost, s.n+s.m)
	s.phaseCost = ray
	ray[s.entered] = s.direction
	most := 1.
	for _, i := range s.column.entries() {
		ray[s.head[i]] = -s.direction * s.column.value[i]
		most = max(most, math.Abs(s.column.value[i]))
	}
	gain, terms := 0., 0.
	activity, size := zeros(s.norms, s.m), zeros(s.y, s.m)
	s.norms, s.y = activity, size
	for j := range s.n {
		r := ray[j]
		if math.Abs(r) <= 1e-10*most {
			ray[j] = 0
			continue
		}
		if !s.open(j, r) {
			return false
		}
		gain += float64(s.cost[j] * r)
		terms += math.Abs(s.cost[j] * r)
		index, value := s.a.column(j)
		for k, i := range index {
			activity[i] -= float64(value[k] * r)
			size[i] += math.Abs(value[k] * r)
		}
	}
	for i, r := range activity {
		if math.Abs(r) > 1e-9*size[i] && !s.open(s.n+i, r) {
			return false
		}
	}
	if gain >= -1e-9*terms {
		return false
	}
	s.result.Ray = grown(s.result.Ray, s.n)
	for j := range s.n {
		s.result.Ray[j] = ray[j] * s.factor[j]
	}
	return true
}

// open reports whether variable v has no bound in a direction.
func (s *Simplex) open(v int, direction float64) bool {
	if direction > 0 {
		return math.IsInf(s.upper[v], 1)
	}
	return math.IsInf(s.lower[v], -1)
}
