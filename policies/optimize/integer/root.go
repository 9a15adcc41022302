package integer

import (
	"math"
	"slices"

	"wavetank/policies/optimize/linear"
)

// root solves the relaxation of the root, adds cuts to it, and opens the tree. If the search is
// finished after this, it returns the ending and true.
func (s *search) root() (Ending, bool) {
	s.d.cutoff = s.cutoff
	s.lp.within(s.d)
	s.lp.solve(s.ctx, s.cutoff)
	switch s.lp.Status {
	case linear.Infeasible, linear.Cutoff:
		return s.exhausted(), true
	case linear.Unbounded:
		return s.unbounded(), true
	case linear.Stopped:
		s.unresolved = math.Inf(-1)
		return Interrupted, true
	case linear.Overflow:
		s.unresolved = math.Inf(-1)
		return Unresolved, true
	}
	n := &node{column: -1, bound: math.Inf(-1)}
	s.current = n
	if s.lp.Status == linear.Optimal {
		s.nodes = 1
		s.keep()
		s.noteRoot(n)
		s.round()
		if s.best == nil {
			s.fixTowards(s.x)
		}
		s.fixByReducedCost()
		if !s.d.propagate() {
			return s.exhausted(), true
		}
		s.lp.within(s.d)
		if !s.separate() {
			return s.exhausted(), true
		}
		s.noteRoot(n)
		s.nodes = 0 // the root is processed once more as the first node of the tree
	}
	s.tree.add(n)
	return 0, false
}

// noteRoot keeps the solution of the root's relaxation, and the bound that it proves.
func (s *search) noteRoot(n *node) {
	s.top.x, s.top.reduced = slices.Clone(s.x), slices.Clone(s.reduced)
	s.top.lower, s.top.upper = slices.Clone(s.lp.lower), slices.Clone(s.lp.upper)
	s.top.plain = s.plain
	n.bound = max(n.bound, lift(s.plain, s.base, s.step))
}

// unbounded looks for any solution of a program whose relaxation is unbounded. If there is one, the
// program is unbounded, too, because its coefficients are rational numbers (Meyer 1974).
func (s *search) unbounded() Ending {
	s.unresolved = math.Inf(-1)
	if s.best != nil {
		return Unbounded
	}
	p := *s.m.original
	p.Cost, p.Offset = make([]float64, p.Columns()), 0
	inner := newSearch(s.ctx, &p, Terms{Nodes: s.terms.Nodes, Steps: s.terms.Steps})
	inner.depth = s.depth + 1
	ending := inner.run()
	s.nodes += inner.nodes
	switch {
	case inner.best != nil:
		s.best = inner.best
		s.objective = s.m.sign * s.m.original.Objective(s.best)
		return Unbounded
	case ending == Infeasible:
		s.unresolved = math.Inf(1)
		return Infeasible
	}
	return ending
}

// start keeps Terms.Start if it is feasible. Otherwise it looks for a solution near it.
func (s *search) start() {
	if s.terms.Start == nil {
		return
	}
	full := slices.Clone(s.terms.Start)
	for j := range full {
		if math.IsNaN(full[j]) || math.IsInf(full[j], 0) {
			return
		}
		if s.m.original.Whole(j) {
			full[j] = math.Round(full[j])
		}
	}
	if _, ok := s.consider(full, feasibleTolerance); !ok {
		s.fixTowards(s.m.restrict(full))
	}
}
