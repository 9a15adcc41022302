package integer

import (
	"cmp"
	"math"
	"slices"

	"wavetank/policies/optimize/linear"
)

const (
	reliable       = 8   // after this many roundings each way, pseudocosts of a column are trusted
	reliableInside = 1   // the same, near the best solution and without heuristics
	mostProbed     = 100 // most columns probed at a node
	probesWaste    = 9   // probing ends after this many probes without a better column
	plainWaste     = 3   // the same, in searches without heuristics
)

// candidate is a column with a fraction.
type candidate struct {
	column          int
	fraction, score float64
}

// choose returns the column on which to branch, by reliability branching (Achterberg, Koch, Martin
// 2005). It is the column with the best pseudocosts. Columns that were rounded only a few times are
// probed first, if probe is set. It returns −1 if probes have changed bounds, so that the node must
// be processed again.
func (s *search) choose(probe bool) int {
	candidates := s.candidates()
	best := candidates[0]
	limit, waste := s.probeLimit(), probesWaste
	if s.terms.Plain {
		waste = plainWaste
	}
	probed, wasted, done := 0, 0, -1.0
	for _, c := range candidates {
		enough := probed >= mostProbed || wasted >= waste
		if probe && !enough && !s.reliable(c.column) && !s.expensive() {
			down, up, changed := s.probeBoth(c, limit)
			if changed {
				return -1
			}
			c.score = score(down, up)
			probed++
			if wasted++; c.score > done {
				wasted = 0
			}
		}
		if c.score > done {
			best, done = c, c.score
		}
		if enough {
			break // the other columns have no better scores
		}
	}
	return best.column
}

func (s *search) reliable(j int) bool {
	enough := reliable
	if s.depth > 0 || s.terms.Plain {
		enough = reliableInside
	}
	return min(s.pseudo.down[j].count, s.pseudo.up[j].count) >= enough
}

// expensive reports whether probes have taken too many iterations so far.
func (s *search) expensive() bool {
	return s.probes > min(10000, 1000+25*s.terms.Nodes)+s.lp.iterations/2
}

// probeLimit returns the largest number of iterations of a probe. It is twice the mean of a node,
// within limits.
func (s *search) probeLimit() int {
	return min(max(10, 2*s.lp.iterations/max(1, s.nodes)), 200)
}

// candidates returns the columns with fractions, the best pseudocosts first.
func (s *search) candidates() []candidate {
	list := s.list[:0]
	for j, v := range s.x {
		if !s.m.fractional(j, v) {
			continue
		}
		fraction := v - math.Floor(v)
		list = append(list, candidate{j, fraction, score(s.pseudo.gains(j, fraction))})
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	s.list = list
	return list
}

// probeBoth solves the relaxations of both children of a column, with a limit of iterations. It
// returns by how much each raises the bound. If a child is empty, it tightens the bound of the
// column, and changed is true.
func (s *search) probeBoth(c candidate, limit int) (down, up float64, changed bool) {
	budget := linear.Budget{Iterations: limit, HasCutoff: !math.IsInf(s.cutoff, 1), Cutoff: s.cutoff}
	j, v := c.column, math.Floor(s.x[c.column])
	low, high := s.d.lower[j], s.d.upper[j]
	r := s.lp.simplex.Probe(s.ctx, j, low, v, budget)
	s.probes += r.Iterations
	down, noDown := s.gain(&r)
	finished := r.Status == linear.Optimal
	r = s.lp.simplex.Probe(s.ctx, j, v+1, high, budget)
	s.probes += r.Iterations
	up, noUp := s.gain(&r)
	if noDown {
		s.d.set(j, false, v+1)
	}
	if noUp {
		s.d.set(j, true, v)
	}
	if noDown || noUp {
		return down, up, true
	}
	if finished {
		s.pseudo.learn(j, false, c.fraction, down)
	}
	if r.Status == linear.Optimal {
		s.pseudo.learn(j, true, 1-c.fraction, up)
	}
	return down, up, false
}
