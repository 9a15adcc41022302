package integer

import (
	"math"

	"wavetank/policies/optimize/linear"
)

// pseudocosts are the mean gains of the bound per unit by which columns were rounded (Bénichou et
// al. 1971).
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

// of returns the mean, or that of others if there is none, or 1.
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

// learn notes the gain of a column that was rounded by a distance.
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

// learn notes what the branching that led to a node has gained.
func (s *search) learn(n *node) {
	if n.parent != nil && !math.IsInf(n.base, -1) {
		s.pseudo.learn(n.column, n.up, n.distance, s.value-n.base)
	}
}

// score joins the gains of both children: it is large only if both are (Achterberg 2007).
func score(down, up float64) float64 {
	const least = 1e-6
	return max(down, least) * max(up, least)
}

// gain returns what a probe has gained over the relaxation, and whether no solution is left.
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
