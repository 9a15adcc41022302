package integer

import (
	"context"
	"math"
	"slices"

	"wavetank/policies/optimize/linear"
	"wavetank/policies/optimize/program"
)

// reportEvery is the number of nodes between two calls of Terms.Progress.
const reportEvery = 500

// search is the state of one branch and bound.
type search struct {
	ctx   context.Context
	terms Terms
	depth int // depth of nested searches

	m         *model
	d         *domain
	lp        *relaxation
	loose     bool    // some columns need not be whole
	step      float64 // objectives of solutions are base + k·step; 0: no step is known
	base      float64
	pseudo    pseudocosts
	downLocks []int // per column, number of row sides that it may violate when it falls
	upLocks   []int // per column, number of row sides that it may violate when it rises
	tree      tree

	x, reduced []float64 // solution and reduced costs of the last optimal relaxation
	value      float64   // objective of this relaxation
	plain      float64   // bound that this relaxation proves, before lift
	top        proof     // proof of the root's relaxation

	best      []float64 // best solution, in columns of the original; nil: none
	objective float64   // objective of the best solution, as a minimisation
	cutoff    float64   // further solutions must have a lower objective

	current    *node   // node that is being processed
	unresolved float64 // least bound of nodes that rounding errors or an overflow left undecided
	nodes      int
	cuts       int
	probes     int // iterations of probes
	inner      int // iterations of inner searches

	fixDue  int // number of the node at which the next fixTowards is due
	diveDue int // number of the node at which the next dive is due
	dives   int // number of dives
	dived   int // iterations of dives
	hoods   neighborhoods

	list    []candidate // scratch of method candidates
	scratch []float64   // scratch of method round
}

// proof is the result of the root's relaxation, with the bounds of the columns at that time.
type proof struct {
	x, reduced, lower, upper []float64 // nil: nothing yet
	plain                    float64   // bound that the relaxation proves, before lift
}

func newSearch(ctx context.Context, p *program.Program, terms Terms) *search {
	if terms.Nodes == 0 {
		terms.Nodes = defaultNodes
	}
	return &search{
		ctx: ctx, terms: terms, m: newModel(p),
		objective: math.Inf(1), cutoff: math.Inf(1), unresolved: math.Inf(1), hoods: neighborhoods{free: firstFree},
	}
}

// run searches until the best solution is proved or a limit is reached.
func (s *search) run() Ending {
	if !s.m.presolve() {
		return s.exhausted()
	}
	s.step, s.base = s.m.objectiveStep()
	s.loose = slices.Contains(s.m.whole, false)
	s.pseudo = newPseudocosts(len(s.m.cost))
	s.d = newDomain(s.m)
	var err error
	if s.lp, err = newRelaxation(s.m); err != nil {
		return Unresolved
	}
	defer s.lp.release()
	s.countLocks()
	s.start()
	if ending, done := s.root(); done {
		return ending
	}
	return s.branch()
}

// branch processes nodes of the tree until none is left or a limit is reached.
func (s *search) branch() Ending {
	var n *node
	for {
		if n == nil {
			if n = s.tree.next(s.best != nil); n == nil {
				return s.exhausted()
			}
			if !s.enter(n) {
				n = nil
				continue
			}
		}
		s.current = n
		switch {
		case s.nodes >= s.terms.Nodes:
			return NodeLimit
		case s.tired():
			return StepLimit
		case s.ctx.Err() != nil:
			return Interrupted
		case s.best != nil && s.terms.Gap > 0 && Gap(s.objective, s.bound()) <= s.terms.Gap:
			return WithinGap
		}
		next := s.process(n)
		if s.ctx.Err() != nil {
			return Interrupted
		}
		n, s.current = next, next
		if s.nodes%reportEvery == 0 {
			s.report()
		}
	}
}

// steps returns the steps of the simplex method that were taken so far.
func (s *search) steps() int { return s.lp.iterations + s.probes + s.inner }

// tired reports whether the search has taken as many steps as the terms allow.
func (s *search) tired() bool { return s.terms.Steps > 0 && s.steps() >= s.terms.Steps }

// exhausted returns the ending of a search in which no node is left.
func (s *search) exhausted() Ending {
	s.current = nil
	switch {
	case s.unresolved < s.cutoff:
		return Unresolved
	case s.best == nil:
		return Infeasible
	}
	return Optimal
}

// bound returns the proved lower bound on the objective of all solutions.
func (s *search) bound() float64 {
	bound := min(s.tree.bound(), s.objective, s.unresolved)
	if s.current != nil {
		bound = min(bound, s.current.bound)
	}
	return bound
}

// enter sets the domain and the basis to those of a node. It returns false if the node is empty.
func (s *search) enter(n *node) bool {
	if n.bound >= s.cutoff {
		return false
	}
	s.d.reset()
	path := n.path(nil)
	for _, p := range path[:len(path)-1] {
		s.d.apply(p.changes)
	}
	if s.d.empty {
		return false
	}
	s.d.forget()
	s.open(n)
	if n.basis != nil {
		s.lp.simplex.SetBasis(*n.basis)
	}
	return true
}

// open makes the changes of a node in the domain, which is that of its parent.
func (s *search) open(n *node) {
	n.mark = s.d.mark()
	s.d.cutoff = s.cutoff
	s.d.apply(n.changes)
}

// mostTurns bounds how often probes may change the bounds at one node. Without this limit, the
// bound of an unbounded column could move on step by step without end.
const mostTurns = 50

// process solves the relaxation of a node and branches. It returns the child with which the search
// goes on at once, or nil. The other child is in the tree.
func (s *search) process(n *node) *node {
	s.nodes++
	for turn := 0; ; turn++ {
		if !s.d.propagate() {
			return nil
		}
		s.lp.within(s.d)
		s.lp.solve(s.ctx, s.cutoff)
		if s.lp.Status == linear.Stopped {
			return nil
		}
		if s.lp.Status == linear.Overflow {
			s.unresolved = min(s.unresolved, n.bound)
			return nil
		}
		n.bound = max(n.bound, lift(proved(&s.lp.Result), s.base, s.step))
		if n.bound >= s.cutoff {
			return nil
		}
		if s.lp.Status != linear.Optimal {
			return s.splitBlindly(n)
		}
		s.keep()
		if turn == 0 {
			s.learn(n)
		}
		s.fixByReducedCost()
		if !s.hasFractions() {
			return s.settle(n)
		}
		s.find(n)
		if n.bound >= s.cutoff {
			return nil
		}
		s.d.cutoff = s.cutoff
		if column := s.choose(turn < mostTurns); column >= 0 {
			return s.split(n, column, math.Floor(s.x[column]))
		}
	}
}

// keep copies the solution of the relaxation.
func (s *search) keep() {
	s.x = append(s.x[:0], s.lp.X...)
	s.reduced = append(s.reduced[:0], s.lp.Reduced...)
	s.value, s.plain = s.lp.Objective, proved(&s.lp.Result)
}

// hasFractions reports whether some column has a fraction.
func (s *search) hasFractions() bool {
	for j, v := range s.x {
		if s.m.fractional(j, v) {
			return true
		}
	}
	return false
}

// report calls Terms.Progress.
func (s *search) report() {
	if s.terms.Progress == nil {
		return
	}
	s.terms.Progress(Snapshot{Nodes: s.nodes, Open: len(s.tree.best),
		Objective: s.m.sign * s.objective, Bound: s.m.sign * s.bound()})
}

// answer returns the result of the search.
func (s *search) answer(ending Ending) Answer {
	o := Answer{Ending: ending, X: s.best, Objective: s.m.sign * s.objective, Nodes: max(1, s.nodes), Cuts: s.cuts}
	bound := s.bound()
	switch ending {
	case Infeasible:
		bound = math.Inf(1)
	case Optimal:
		bound = s.objective
	case Unbounded:
		bound = math.Inf(-1)
	}
	if s.lp != nil {
		o.Iterations = s.lp.iterations
	}
	o.Bound = s.m.sign * bound
	o.Gap = Gap(o.Objective, o.Bound)
	return o
}
