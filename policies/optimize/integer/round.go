package integer

import (
	"math"
	"slices"
)

// round rounds the solution of the relaxation, and keeps the result. It does nothing unless all
// columns with fractions can be rounded without violating a row.
func (s *search) round() {
	x := append(s.scratch[:0], s.x...)
	s.scratch = x
	for j, v := range x {
		switch {
		case !s.m.whole[j]:
		case !s.m.fractional(j, v):
			x[j] = math.Round(v) + 0
		case s.downLocks[j] == 0:
			x[j] = math.Floor(v) + 0
		case s.upLocks[j] == 0:
			x[j] = math.Ceil(v) + 0
		default:
			return
		}
	}
	if s.m.objective(x) >= s.cutoff {
		return
	}
	full := s.m.expand(x)
	if _, ok := s.consider(full, feasibleTolerance); ok && s.loose {
		if x = s.solveRest(x); x != nil {
			s.consider(s.m.expand(x), feasibleTolerance)
		}
	}
}

// fixTowards looks for a solution near a point. It fixes one whole column after the other to the
// nearest value that is left, and propagates each fixing. It does not change the domain and the
// basis.
func (s *search) fixTowards(x []float64) {
	mark := s.d.mark()
	defer s.d.undo(mark)
	s.d.cutoff = s.cutoff
	target := slices.Clone(x)
	for pass := range 2 { // first the columns whose value is whole already
		for j, v := range target {
			if !s.m.whole[j] || s.d.fixed(j) || pass == 0 && s.m.fractional(j, v) {
				continue
			}
			if !s.fixNear(j, v) {
				return
			}
		}
	}
	for j := range target {
		if s.m.whole[j] {
			target[j] = s.d.lower[j]
		}
	}
	if found := s.solveRest(target); found != nil {
		s.accept(found)
	}
}

// fixNear fixes a column to the whole number closest to v, or else to one next to it. It returns
// false if no solution is left for either.
func (s *search) fixNear(j int, v float64) bool {
	low, high := s.d.lower[j], s.d.upper[j]
	near := min(max(math.Round(v), low), high)
	other := near + 1
	if v < near || other > high {
		other = near - 1
	}
	for _, value := range []float64{near, other} {
		mark := s.d.mark()
		if s.d.fix(j, value) && s.d.propagate() {
			return true
		}
		s.d.undo(mark)
	}
	return false
}
