package integer

import (
	"math"

	"wavetank/policies/optimize/linear"
)

// pseudocosts are mean gains: by how much the bound rose when a column was rounded, per unit of the
// rounding distance (Bénichou et al. 1971).
type pseudocosts struct {
	down, up       []mean // per column
	allDown, allUp mean
}

// mean is the mean of some numbers.
type mean struct {
	sum   float64
	count int
}

func (m *mean) add(v float64) { m.sum, m.count = m.sum+v, m.count+1 }

// of returns the mean. Without numbers it returns the mean of others, or 1 if these have none
// either.
func (m *mean) of(others *mean) float64 {
	switch {
	case m.count > 0:
		return m.sum / float64(m.count)
	case others.count > 0:
		return others.sum / float64(others.count)
	}
	return 1
}

func newPseudocosts(columns int) pseudocosts {
	return pseudocosts{down: make([]mean, columns), up: make([]mean, columns)}
}

// gains returns by how much the bound is expected to rise when a column is rounded down or up.
func (p *pseudocosts) gains(j int, fraction float64) (down, up float64) {
	return fraction * p.down[j].of(&p.allDown), (1 - fraction) * p.up[j].of(&p.allUp)
}

// learn adds the gain of a column that was rounded by a distance.
func (p *pseudocosts) learn(j int, up bool, distance, gain float64) {
	if distance < wholeTolerance {
		return
	}
	gain = max(gain, 0) / distance
	if up {
		p.up[j].add(gain)
		p.allUp.add(gain)
	} else {
		p.down[j].add(gain)
		p.allDown.add(gain)
	}
}

// learn adds the gain of the branching that made a node.
func (s *search) learn(n *node) {
	if n.parent != nil && !math.IsInf(n.base, -1) {
		s.pseudo.learn(n.column, n.up, n.distance, s.value-n.base)
	}
}

// score combines the gains of both children. It is large only if both gains are (Achterberg 2007).
func score(down, up float64) float64 {
	const least = 1e-6
	return max(down, least) * max(up, least)
}

// gain returns by how much a probe raised the bound of the relaxation, and whether the child is
// empty.
func (s *search) gain(r *linear.Result) (gain float64, empty bool) {
	bound := proved(r)
	if lift(bound, s.base, s.step) >= s.cutoff || r.Status == linear.Infeasible || r.Status == linear.Cutoff {
		return max(0, s.cutoff-s.value), true
	}
	if r.Status == linear.Optimal {
		bound = max(bound, r.Objective)
	}
	return max(0, bound-s.value), false
}
