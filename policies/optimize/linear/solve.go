package linear

import (
	"context"
	"math"
)

// defaultTolerance is how far scaled values may be outside of bounds, and scaled reduced costs on
// the wrong side of 0.
const defaultTolerance = 1e-7

// rounds is how often the two methods are tried in turn.
const rounds = 12

// Solve solves the program from the present basis: by the dual simplex method where it has or finds
// dual feasibility, by the primal one otherwise. The slices of the result are those of the Simplex
// and hold until its next use.
func (s *Simplex) Solve(ctx context.Context, budget Budget) Result {
	s.join()
	s.budget, s.limit = budget, budget.Iterations
	if s.limit == 0 {
		s.limit = 50_000 + 100*(s.n+s.m)
	}
	s.iterations, s.degenerate, s.nextCheck, s.seed = 0, 0, 0, 1
	s.feasible, s.optimal = defaultTolerance, defaultTolerance
	if s.crossed() {
		return s.report(Infeasible)
	}
	if ctx.Err() != nil {
		return s.report(Stopped)
	}
	for range 3 {
		status := s.optimize(ctx)
		if status != Optimal {
			return s.report(status)
		}
		if s.verify() {
			return s.report(Optimal)
		}
		s.feasible, s.optimal = s.feasible/10, s.optimal/10
	}
	return s.report(Inaccurate)
}

// optimize runs the two methods until one ends with a result.
func (s *Simplex) optimize(ctx context.Context) Status {
	s.setProblem()
	for round := range rounds {
		s.refactor()
		s.computeDual(s.workCost)
		end, isDual := s.run(ctx, round)
		switch end {
		case limited:
			return IterationLimit
		case cancelled:
			return Stopped
		case cut:
			return Cutoff
		case blocked:
			if isDual {
				return Infeasible
			}
			if !s.perturbed && !s.moved && s.provesUnbounded() {
				return Unbounded
			}
		case given:
			if !isDual && s.searching && s.provesInfeasibleByDistance() {
				return Infeasible
			}
		}
		if s.settled() && end == done {
			return Optimal
		}
	}
	return Inaccurate
}

// setProblem takes back what was changed of costs and bounds.
func (s *Simplex) setProblem() {
	copy(s.workCost, s.cost)
	copy(s.workLower, s.lower)
	copy(s.workUpper, s.upper)
	s.perturbed, s.moved = false, false
	for v, l := range s.lower {
		if l > s.upper[v] { // by rounding
			s.workUpper[v] = l
		}
	}
	for v, p := range s.place {
		if p != Basic {
			s.place[v] = s.resting(v, p)
		}
	}
}

// settled takes back what was changed, and says whether the basis is optimal without it.
func (s *Simplex) settled() bool {
	if s.perturbed || s.moved {
		s.setProblem()
	}
	s.refactor()
	s.computePrimal()
	s.computeDual(s.workCost)
	return !s.outsideBounds() && s.dualFeasible()
}

// dualFeasible says whether every reduced cost has the right sign.
func (s *Simplex) dualFeasible() bool {
	for v := range s.place {
		if s.wrong(v) > s.optimal {
			return false
		}
	}
	return true
}

// run runs one of the methods.
func (s *Simplex) run(ctx context.Context, round int) (end ending, isDual bool) {
	switch {
	case s.flippable():
		return s.dual(ctx), true
	default:
		s.computePrimal()
		if !s.outsideBounds() || round > 3 {
			return s.primal(ctx), false
		}
	}
	end = s.boxed(ctx)
	if end != done {
		return end, true
	}
	if !s.flippable() {
		return s.primal(ctx), false
	}
	return s.dual(ctx), true
}

// flippable says whether only variables with two bounds have reduced costs of the wrong sign.
func (s *Simplex) flippable() bool {
	for v := range s.place {
		if s.wrong(v) > s.optimal && (math.IsInf(s.workLower[v], -1) || math.IsInf(s.workUpper[v], 1)) {
			return false
		}
	}
	return true
}

// boxed makes the basis dual feasible where that is possible. It solves the program with other
// bounds: a variable without bounds gets [−1000, 1000], one with a lower bound [0, 1], one with an
// upper bound [−1, 0], and others [0, 0]. Every basis of it is dual feasible after flips, and its
// optimal bases are those of least dual infeasibility (Koberstein, chapter 4).
func (s *Simplex) boxed(ctx context.Context) ending {
	for v := range s.place {
		low, high := math.IsInf(s.lower[v], -1), math.IsInf(s.upper[v], 1)
		l, u := 0., 0.
		switch {
		case low && high:
			l, u = -1000, 1000
		case high:
			u = 1
		case low:
			l = -1
		}
		s.workLower[v], s.workUpper[v] = l, u
		if s.place[v] == AtZero {
			s.place[v] = AtLower
		}
	}
	s.moved = true
	end := s.dual(ctx)
	copy(s.workLower, s.lower)
	copy(s.workUpper, s.upper)
	s.moved = false
	for v, p := range s.place {
		if p != Basic {
			s.place[v] = s.resting(v, p)
		}
	}
	if end == given {
		end = done
	}
	s.refactor()
	s.computeDual(s.workCost)
	return end
}
