package integer

import "math"

// fixByReducedCost tightens the bounds of columns at a node: a column at distance t from its bound
// adds at least t times its reduced cost to the objective, which must stay below the cutoff.
func (s *search) fixByReducedCost() {
	if math.IsInf(s.cutoff, 1) {
		return
	}
	room := s.cutoff - s.plain
	for j, d := range s.reduced {
		if math.Abs(d) < sameTolerance || !s.m.whole[j] || s.d.fixed(j) {
			continue
		}
		if low, high := s.d.lower[j], s.d.upper[j]; d > 0 && !math.IsInf(low, -1) {
			s.d.atMost(j, low+room/d, wholeTolerance)
		} else if d < 0 && !math.IsInf(high, 1) {
			s.d.atLeast(j, high+room/d, wholeTolerance)
		}
	}
}

// fixGlobally does the same with the relaxation of the root, whenever a better solution is found.
// It tightens the bounds of the model, which hold in the whole tree.
func (s *search) fixGlobally() {
	if s.top.x == nil {
		return
	}
	room := s.cutoff - s.top.plain
	for j, d := range s.top.reduced {
		low, high := s.m.lower[j], s.m.upper[j]
		if math.Abs(d) < sameTolerance || !s.m.whole[j] || low == high {
			continue
		}
		if d > 0 && !math.IsInf(s.top.lower[j], -1) {
			s.m.upper[j] = max(low, min(high, math.Floor(s.top.lower[j]+room/d+wholeTolerance)))
		} else if d < 0 && !math.IsInf(s.top.upper[j], 1) {
			s.m.lower[j] = min(high, max(low, math.Ceil(s.top.upper[j]+room/d-wholeTolerance)))
		}
	}
}
