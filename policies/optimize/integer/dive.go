package integer

import (
	"math"
	"slices"

	"wavetank/policies/optimize/linear"
)

// find looks for better solutions, starting from the relaxation of a node. It always tries
// rounding. It tries the more expensive heuristics only from time to time, so that they take a
// limited share of all iterations.
func (s *search) find(n *node) {
	s.round()
	if s.depth > 1 || s.terms.Plain {
		return
	}
	root := n.parent == nil
	fix := root || s.nodes >= s.fixDue
	dive := root || s.nodes >= s.diveDue && s.dived < 200+s.lp.iterations/4
	near := s.depth == 0 && s.nodes >= s.hoods.due && s.hoods.wasted < 500+int(nearShare*float64(s.lp.iterations+s.probes))
	if !fix && !dive && !near {
		return
	}
	basis := s.lp.simplex.Basis()
	x, reduced, value := slices.Clone(s.x), slices.Clone(s.reduced), s.value
	if fix {
		s.fixTowards(x)
		s.fixDue = s.nodes + 10 + s.nodes/4
	}
	if dive {
		s.dive()
		s.diveDue = s.nodes + 10 + s.nodes/4
	}
	for again := 0; near && again < mostRepeated; again++ {
		near = s.improve(x)
	}
	s.x, s.reduced, s.value = append(s.x[:0], x...), append(s.reduced[:0], reduced...), value
	s.lp.within(s.d)
	s.lp.simplex.SetBasis(basis)
}

// dive rounds one column after the other, and solves the relaxation again each time. It ends when
// no column has a fraction, or when no solution is left. It does not change the domain.
func (s *search) dive() {
	mark, before := s.d.mark(), s.lp.iterations
	defer func() {
		s.d.undo(mark)
		s.dived += s.lp.iterations - before
	}()
	limit := 500 + 5*(s.lp.iterations/max(1, s.nodes))
	s.dives++
	// A column without bounds may get a new fraction each time, without a step of the simplex
	// method.
	for roundings := 0; roundings < 3*len(s.x) && s.lp.iterations-before < limit && !s.tired(); roundings++ {
		j, up := s.nextRounding()
		if j < 0 {
			s.accept(s.x)
			return
		}
		if !s.tryRounding(j, up) && !s.tryRounding(j, !up) {
			return
		}
		s.round()
	}
}

// tryRounding rounds a column, and solves the relaxation. If the relaxation has no solution below
// the cutoff, it undoes the rounding and returns false.
func (s *search) tryRounding(j int, up bool) bool {
	mark := s.d.mark()
	s.d.cutoff = s.cutoff
	if up {
		s.d.set(j, false, math.Ceil(s.x[j]))
	} else {
		s.d.set(j, true, math.Floor(s.x[j]))
	}
	if s.d.propagate() {
		s.lp.within(s.d)
		if s.lp.solve(s.ctx, s.cutoff); s.lp.Status == linear.Optimal {
			s.keep()
			return true
		}
	}
	s.d.undo(mark)
	return false
}

// nextRounding returns the column to round next, and whether to round it up. It is the column
// closest to a whole number, or in every second dive the one closest to the best solution. Columns
// that can be rounded without violating a row come last. It returns −1 if no column has a fraction.
func (s *search) nextRounding() (column int, up bool) {
	column = -1
	least := math.Inf(1)
	var guide []float64
	if s.best != nil && s.dives%2 == 0 {
		guide = s.m.restrict(s.best)
	}
	for j, v := range s.x {
		if !s.m.fractional(j, v) {
			continue
		}
		f := v - math.Floor(v)
		upwards, cost := f >= 0.5, min(f, 1-f)
		if guide != nil {
			upwards, cost = guide[j] > v, math.Abs(guide[j]-v)
		}
		down, rise := s.downLocks[j], s.upLocks[j]
		if down == 0 || rise == 0 {
			upwards = down > 0
			cost += 1000
		}
		if cost < least {
			column, up, least = j, upwards, cost
		}
	}
	return column, up
}
