package integer

import "math"

// plunge is a share of the gap. The search goes on at once with a child of a node only if the bound
// of the node exceeds the lowest bound of the tree by at most this share. Inner searches always go
// on, because they look for a solution, and not for a bound.
const plunge = 0.1

// settle closes a node whose relaxation has no fractions, because its solution is kept or is no
// better than the best. If rounding errors make this solution infeasible, it branches on a column
// that is not fixed.
func (s *search) settle(n *node) *node {
	if value, ok := s.accept(s.x); ok && value <= s.value+float64(1e-7*(1+math.Abs(s.value))) {
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

// splitBlindly branches on any column that is not fixed, if the relaxation could not be solved.
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

// split makes the two children of a node: in one of them a column is at most the value at, in the
// other at least at + 1. It returns the child with which the search goes on at once, or nil.
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
		fraction = 0 // one child is empty; enter finds this out
	}
	first, second := &down, &up
	if s.upFirst(column, fraction) {
		first, second = &up, &down
	}
	s.tree.add(second)
	if s.depth == 0 && s.best != nil && n.bound > s.tree.bound()+float64(plunge*(s.objective-s.tree.bound())) {
		s.tree.add(first)
		return nil
	}
	s.open(first)
	return first
}

// upFirst reports whether the child with the larger values comes first. It follows the direction in
// which the column has moved since the root, or else the direction that is expected to cost less.
func (s *search) upFirst(column int, fraction float64) bool {
	if s.top.x != nil {
		if moved := s.x[column] - s.top.x[column]; math.Abs(moved) > 0.1 {
			return moved > 0
		}
	}
	down, up := s.pseudo.gains(column, fraction)
	return up < down
}
