package linear

import "math"

// report writes the result for a status.
func (s *Simplex) report(status Status) Result {
	r := &s.result
	r.Status, r.Iterations = status, s.iterations
	if status != Optimal && s.factored {
		s.refactor()
		s.multipliers(s.cost)
	}
	if !s.factored {
		clear(s.y)
		s.rest()
	}
	if status != Infeasible {
		r.Farkas = r.Farkas[:0]
	}
	if status != Unbounded {
		r.Ray = r.Ray[:0]
	}
	r.X, r.Reduced = grown(r.X, s.n), grown(r.Reduced, s.n)
	r.Duals, r.Activity = grown(r.Duals, s.m), zeros(r.Activity, s.m)
	for i, y := range s.y {
		r.Duals[i] = s.sign * s.costUnit * y / s.factor[s.n+i]
	}
	objective := 0.
	for j := range s.n {
		x := s.x[j]
		if s.place[j] != Basic || status == Optimal {
			x = min(max(x, s.lower[j]), s.upper[j]) // rounding only
		}
		objective += s.cost[j] * x
		d := s.cost[j]
		index, value := s.a.column(j)
		for k, i := range index {
			d -= s.y[i] * value[k]
			r.Activity[i] += value[k] * x
		}
		r.X[j] = x * s.factor[j]
		r.Reduced[j] = s.sign * s.costUnit * d / s.factor[j]
	}
	for i := range r.Activity {
		r.Activity[i] *= s.factor[s.n+i]
	}
	r.Objective = s.offset + s.sign*s.costUnit*objective
	r.Bound = s.offset + s.sign*s.costUnit*s.proved(s.y)
	return *r
}

// proved returns the bound on the scaled objective that multipliers prove: see DualBound.
func (s *Simplex) proved(y []float64) float64 {
	bound := 0.
	add := func(v int, d float64) {
		if d > 0 {
			bound += d * s.lower[v]
		} else if d < 0 {
			bound += d * s.upper[v]
		}
	}
	for i, v := range y {
		if at := s.n + i; s.unprovable(at, -v) {
			y[i] = 0
		} else {
			add(at, -v)
		}
	}
	for j := range s.n {
		d, terms := s.cost[j], 0.
		index, value := s.a.column(j)
		for k, i := range index {
			term := y[i] * value[k]
			d -= term
			terms += math.Abs(term)
		}
		if math.Abs(d) > 1e-13*terms {
			add(j, d)
		}
	}
	return bound
}

// unprovable says whether a variable with the reduced cost d would go to an infinite bound.
func (s *Simplex) unprovable(v int, d float64) bool {
	return d > 0 && math.IsInf(s.lower[v], -1) || d < 0 && math.IsInf(s.upper[v], 1)
}

// passesCutoff says whether it is proved that no objective is better than the cutoff.
func (s *Simplex) passesCutoff() bool {
	cutoff := s.sign * (s.budget.Cutoff - s.offset) / s.costUnit
	now := 0.
	for j, c := range s.cost[:s.n] {
		now += c * s.x[j]
	}
	if now < cutoff {
		return false
	}
	s.multipliers(s.cost)
	return s.proved(s.y) >= cutoff
}
