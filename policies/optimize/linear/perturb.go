package linear

import "math"

// draw returns the next pseudo-random number between 1 and 2. The sequence depends only on the
// seed.
func (s *Simplex) draw() float64 {
	s.seed = s.seed*1664525 + 1013904223
	return 1 + float64(float64(s.seed>>8)/(1<<24))
}

// perturb changes the costs a little, so that fewer reduced costs are equal. Each reduced cost
// moves away from the wrong sign. It returns false if the costs are perturbed already.
func (s *Simplex) perturb() bool {
	if s.perturbed {
		return false
	}
	base := 5e-7 * min(large(s.cost), 100)
	if base == 0 {
		base = 5e-7
	}
	for v := range s.workCost {
		low, high := s.workLower[v], s.workUpper[v]
		if s.place[v] == Basic && v >= s.n || low == high {
			continue
		}
		size := float64((1 + math.Abs(s.workCost[v])) * base * s.draw())
		switch {
		case math.IsInf(low, -1) && math.IsInf(high, 1):
		case math.IsInf(high, 1):
			s.workCost[v] += size
		case math.IsInf(low, -1):
			s.workCost[v] -= size
		case s.d[v] >= 0:
			s.workCost[v] += size
		default:
			s.workCost[v] -= size
		}
	}
	s.perturbed, s.pricesKnown, s.degenerate = true, false, 0
	return true
}

// loosen moves the bounds outwards a little, so that fewer basic values are at their bounds. It
// returns false if the bounds are moved already.
func (s *Simplex) loosen() bool {
	if s.moved {
		return false
	}
	for v := range s.workLower {
		low, high := s.workLower[v], s.workUpper[v]
		if low == high && s.place[v] != Basic {
			continue
		}
		s.workLower[v] -= float64(1e-6 * (1 + min(math.Abs(low), 1e3)) * s.draw())
		s.workUpper[v] += float64(1e-6 * (1 + min(math.Abs(high), 1e3)) * s.draw())
	}
	s.moved, s.valuesKnown, s.degenerate = true, false, 0
	return true
}
