package linear

import "math"

// report returns the result for a status. For Optimal, activities, multipliers and reduced costs
// are the verified ones. If the optimum is not a finite number, the status is Overflow.
func (s *Simplex) report(status Status) Result {
	r := &s.result
	r.Status, r.Iterations = status, s.iterations
	if status != Infeasible {
		r.Farkas = r.Farkas[:0] // left over from another check
	}
	if status != Optimal {
		s.setProblem()
		s.prepare()
		if !s.valuesKnown {
			s.computePrimal()
		}
		s.computeDual(s.cost)
		s.activities(false)
	}
	r.Duals, r.Reduced = grown(r.Duals, s.m), grown(r.Reduced, s.n)
	objective, unit, largest := 0., s.sign*s.costUnit, 0.
	for i, y := range s.y {
		r.Duals[i] = unit * y / s.factor[s.n+i]
		r.Activity[i] *= s.factor[s.n+i]
		largest = max(largest, math.Abs(r.Activity[i]))
	}
	for j, x := range r.X {
		objective += float64(s.cost[j] * x)
		r.X[j] = x * s.factor[j]
		r.Reduced[j] = unit * s.d[j] / s.factor[j]
	}
	r.Objective = s.offset + float64(unit*objective)
	r.Bound = s.offset + float64(unit*s.proved())
	if finite := math.Abs(r.Objective)+largest <= math.MaxFloat64; status == Optimal && !finite {
		r.Status = Overflow
	}
	return *r
}

// proved returns the bound on the scaled objective that the multipliers and their reduced costs
// prove, by weak duality.
func (s *Simplex) proved() float64 {
	bound := 0.
	for v, d := range s.d {
		bound += s.least(v, d)
	}
	if !math.IsInf(bound, 0) && !math.IsNaN(bound) {
		return bound
	}
	for i, y := range s.y {
		if s.unprovable(s.n+i, -y) {
			return s.provedWithout()
		}
	}
	bound = 0
	for v, d := range s.d {
		bound += s.leastWithoutNoise(v, d)
	}
	return bound
}

// provedWithout returns the bound that the multipliers prove if those that need an infinite bound
// of their row count as 0.
func (s *Simplex) provedWithout() float64 {
	y := s.norms
	for i := range y {
		if y[i] = s.y[i]; s.unprovable(s.n+i, -y[i]) {
			y[i] = 0
		}
	}
	bound := 0.
	for i, v := range y {
		bound += s.least(s.n+i, -v)
	}
	for j := range s.n {
		if bound += s.leastWithoutNoise(j, s.cost[j]-s.a.dot(j, y)); math.IsInf(bound, -1) {
			break // no bound is proved
		}
	}
	return bound
}

// least returns the least that variable v can add to the objective at the reduced cost d.
func (s *Simplex) least(v int, d float64) float64 {
	switch {
	case d > 0:
		return d * s.lower[v]
	case d < 0:
		return d * s.upper[v]
	}
	return 0
}

// leastWithoutNoise is least, but counts a reduced cost that is 0 except for rounding errors as 0.
// Without this it could prove no bound.
func (s *Simplex) leastWithoutNoise(v int, d float64) float64 {
	if s.unprovable(v, d) && v < s.n && math.Abs(d) <= 1e-13*s.terms(v) {
		return 0
	}
	return s.least(v, d)
}

// unprovable reports whether a variable with the reduced cost d would go to an infinite bound.
func (s *Simplex) unprovable(v int, d float64) bool {
	return d > 0 && math.IsInf(s.lower[v], -1) || d < 0 && math.IsInf(s.upper[v], 1)
}

// passesCutoff reports whether it is proved that no objective is better than the cutoff.
func (s *Simplex) passesCutoff() bool {
	cutoff := s.sign * (s.budget.Cutoff - s.offset) / s.costUnit
	now := 0.
	for j, c := range s.cost[:s.n] {
		now += float64(c * s.x[j])
	}
	if now < cutoff {
		return false
	}
	s.multipliers(s.cost)
	return s.provedWithout() >= cutoff
}
