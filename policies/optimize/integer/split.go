package integer

import "math"

// plunge is the share of the gap by which the bound of a node may be above the lowest one, for the
// search to go on with a child of it at once.
const plunge = 0.1

// settle closes a node whose relaxation has no fractions, if its solution is kept or is no better
// than the best. Where rounding errors stand against that, it branches on a column that is not
// fixed.
func (s *search) settle(n *node) *node {
	if value, ok := s.accept(s.x); ok && value <= s.value+1e-7*(1+math.Abs(s.value)) {
		return nil
	}
	if n.bound >= s.cutoff {
		return nil
	}
	for j, v := range s.x {
		if s.m.whole[j] && !s.d.fixed(j) {
			return s.split(n, j, min(math.Round(v), s.d.upper[j]-1))
		}
	}
	s.unresolved = min(s.unresolved, n.bound)
	return nil
}

// splitBlindly branches on a column that is not fixed, where the relaxation could not be solved.
func (s *search) splitBlindly(n *node) *node {
	for j, whole := range s.m.whole {
		if low, high := s.d.lower[j], s.d.upper[j]; whole && low < high {
			at := max(low, min(0, high-1))
			if !math.IsInf(low, -1) && !math.IsInf(high, 1) {
				at = math.Floor((low + high) / 2)
			}
			return s.split(n, j, at)
		}
	}
	s.unresolved = min(s.unresolved, n.bound)
	return nil
}

// split makes the children of a node: a column is at most a value, or at least one more. It returns
// the one that is nearer to the relaxation, if the search should go on there at once.
func (s *search) split(n *node, column int, at float64) *node {
	n.changes = append(n.changes[:0:0], s.d.trail[n.mark:]...)
	basis := s.lp.simplex.Basis()
	fraction := 0.5
	if column < len(s.x) {
		fraction = min(1, max(0, s.x[column]-at))
	}
	child := node{parent: n, basis: &basis, bound: n.bound, depth: n.depth + 1, column: column, base: s.value}
	down, up := child, child
	down.distance, down.changes = fraction, []change{{column, true, 0, at}}
	up.up, up.distance, up.changes = true, 1-fraction, []change{{column, false, 0, at + 1}}
	if at+1 > s.d.upper[column] || at < s.d.lower[column] {
		fraction = 0 // one of them is empty, and is found so at once
	}
	first, second := &down, &up
	if s.upFirst(column, fraction) {
		first, second = &up, &down
	}
	s.tree.add(second)
	if s.best != nil && n.bound > s.tree.bound()+plunge*(s.objective-s.tree.bound()) {
		s.tree.add(first)
		return nil
	}
	s.open(first)
	return first
}

// upFirst says whether a column is rounded up first: the way it has moved since the root, or else
// the way that is expected to cost less.
func (s *search) upFirst(column int, fraction float64) bool {
	if s.top.x != nil {
		if moved := s.x[column] - s.top.x[column]; math.Abs(moved) > 0.1 {
			return moved > 0
		}
	}
	down, up := s.pseudo.gains(column, fraction)
	return up < down
}
