package integer

import (
	"math"

	"wavetank/policies/optimize/linear"
)

const (
	mostRounds   = 40   // most rounds of cuts at the root
	innerRounds  = 5    // the same, in searches near the best solution
	stalledAfter = 8    // separation ends after this many rounds without progress
	leastGain    = 0.01 // a round is progress if it gains this share of the gain of all rounds
)

// separate adds cuts to the relaxation of the root, round by round, as long as they raise its
// bound. Cuts that do not bind are dropped again. The remaining cuts become rows of the model. It
// returns false if the relaxation has no solution below the cutoff, or cannot be solved.
func (s *search) separate() bool {
	r := newRounding(s.m, s.d)
	own := len(s.m.rows)
	first, last, stalled := s.value, s.value, 0
	alive := true
	rounds := mostRounds
	if s.terms.Rounds > 0 {
		rounds = s.terms.Rounds
	}
	if s.depth > 0 {
		rounds = min(rounds, innerRounds)
	}
	for round := 0; round < rounds && stalled < stalledAfter && s.hasFractions() && s.ctx.Err() == nil && !s.tired(); round++ {
		r.at(s.x)
		cuts := r.cuts(s.lp.simplex)
		chosen := pick(cuts, 20+len(s.x)/4, len(s.x))
		if len(chosen) == 0 {
			break
		}
		for _, c := range chosen {
			s.lp.simplex.AddRow(math.Inf(-1), c.upper, c.columns, c.values)
			r.addRow(&row{c.columns, c.values, math.Inf(-1), c.upper})
		}
		s.lp.solve(s.ctx, s.cutoff)
		if s.lp.Status != linear.Optimal {
			alive = s.lp.Status == linear.Stopped || s.lp.Status == linear.Inaccurate || s.lp.Status == linear.Overflow || s.lp.Status == linear.IterationLimit
			break
		}
		s.keep()
		r.drop(s.lp.simplex, own, s.x)
		if s.value-last <= float64(leastGain*(s.value-first))+sameTolerance {
			stalled++
		} else {
			last, stalled = s.value, 0
		}
		s.round()
	}
	if len(r.rows) > own && alive {
		s.adopt(r.rows[own:])
	}
	return alive
}

// cuts returns the cuts that the relaxation violates.
func (r *rounding) cuts(simplex *linear.Simplex) []*cut {
	cuts := r.rowCuts(r.gomoryCuts(simplex, nil))
	return r.knapsackCuts(r.knapsackCuts(cuts, r.cover), r.clique)
}

// drop removes the cuts that do not bind from the relaxation. The first rows are those of the model
// and not cuts; own is their number.
func (r *rounding) drop(simplex *linear.Simplex, own int, x []float64) {
	loose := make([]bool, len(r.rows))
	for i := own; i < len(r.rows); i++ {
		w := r.rows[i]
		loose[i] = simplex.RowPlace(i) == linear.Basic && w.activity(x) < w.upper-float64(feasibleTolerance*(1+math.Abs(w.upper)))
	}
	simplex.DropRows(func(i int) bool { return loose[i] })
	left := own
	for i := own; i < len(r.rows); i++ {
		if !loose[i] {
			r.rows[left], r.slacks[left] = r.rows[i], r.slacks[i]
			left++
		}
	}
	r.rows, r.slacks = r.rows[:left], r.slacks[:left]
}

// adopt adds cuts to the rows of the model. Then it makes a new relaxation with the present basis.
func (s *search) adopt(cuts []*row) {
	basis := s.lp.simplex.Basis()
	for _, c := range cuts {
		s.m.rows = append(s.m.rows, *c)
	}
	s.cuts = len(cuts)
	s.m.index()
	s.countLocks()
	cutoff := s.d.cutoff
	copy(s.m.lower, s.d.lower)
	copy(s.m.upper, s.d.upper)
	s.d = newDomain(s.m)
	s.d.cutoff = cutoff
	if err := s.lp.load(s.m); err != nil {
		panic(err) // never: the model was checked when it was loaded first
	}
	s.lp.simplex.SetBasis(basis)
}
