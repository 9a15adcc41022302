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
	s.result.Farkas, s.result.Ray = s.result.Farkas[:0], s.result.Ray[:0]
	if s.suspect = s.suspect && s.crossed(); s.suspect {
		return s.report(Infeasible)
	}
	if ctx.Err() != nil {
		return s.report(Stopped)
	}
	for range 3 {
		status := s.optimize(ctx)
		if s.verified = status == Optimal && s.verify(); s.verified || status != Optimal {
			s.touched = s.touched[:0]
			return s.report(status)
		}
		s.feasible, s.optimal = s.feasible/10, s.optimal/10
		s.refactor()
	}
	return s.report(Inaccurate)
}

// optimize runs the two methods until one ends with a result.
func (s *Simplex) optimize(ctx context.Context) Status {
	s.setProblem()
	s.moveTouched()
	for round := range rounds {
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

// setProblem makes the present problem the given one.
func (s *Simplex) setProblem() {
	if s.unchanged && !s.perturbed && !s.moved {
		return
	}
	s.pricesKnown = s.pricesKnown && !s.perturbed
	s.valuesKnown = s.valuesKnown && !s.moved
	copy(s.workCost, s.cost)
	copy(s.workLower, s.lower)
	copy(s.workUpper, s.upper)
	s.perturbed, s.moved, s.unchanged = false, false, true
	for v, l := range s.lower {
		if l > s.upper[v] { // by rounding
			s.workUpper[v] = l
		}
	}
	s.settle()
}

// moveTouched takes the values that follow from bounds set since the last optimum, if no more was
// changed than those.
func (s *Simplex) moveTouched() {
	if !s.verified || len(s.touched) == 0 {
		return
	}
	c := &s.flipped
	c.clear()
	for _, v := range s.touched {
		x := s.restingValue(v)
		if change := x - s.x[v]; s.place[v] != Basic && change != 0 {
			s.x[v] = x
			s.addTo(c, int(v), change)
		}
	}
	c.count = -1
	s.lu.ftran(c, false)
	s.move(c, 1)
	s.measure()
}

// settle puts every variable outside of the basis to one of its bounds.
func (s *Simplex) settle() {
	for v, p := range s.place {
		s.place[v] = s.resting(v, p)
	}
}

// settled takes back what was changed, and says whether the basis is optimal without it. Values and
// reduced costs are computed anew, if they do not fit from fresh factors.
func (s *Simplex) settled() bool {
	s.setProblem()
	s.prepare()
	for {
		s.computePrimal()
		s.computeDual(s.workCost)
		if !s.outsideBounds() && s.dualFeasible() {
			return true
		}
		if s.lu.updates() == 0 {
			return false
		}
		s.refactor()
	}
}

// dualFeasible says whether every reduced cost has the right sign.
func (s *Simplex) dualFeasible() bool {
	for v, d := range s.d {
		if p := s.place[v]; p == AtLower && d >= 0 || p == AtUpper && d <= 0 || p == Basic {
			continue
		}
		if s.wrong(v) > s.optimal {
			return false
		}
	}
	return true
}

// run runs one of the methods.
func (s *Simplex) run(ctx context.Context, round int) (end ending, isDual bool) {
	s.prepare()
	if !s.pricesKnown {
		s.computeDual(s.workCost)
	}
	wrong := s.wrongSigns()
	if wrong == 0 {
		return s.dual(ctx), true
	}
	if !s.valuesKnown {
		s.computePrimal()
	}
	if !s.outsideBounds() || round > 3 {
		return s.primal(ctx), false
	}
	if wrong <= fewWrong {
		return s.dual(ctx), true // it shifts their costs
	}
	if end = s.boxed(ctx); end != done {
		return end, true
	}
	if s.wrongSigns() > 0 {
		return s.primal(ctx), false
	}
	return s.dual(ctx), true
}

// fewWrong is how many reduced costs of the wrong sign are shifted rather than made right.
const fewWrong = 5

// wrongSigns counts the reduced costs of the wrong sign that no flip makes right.
func (s *Simplex) wrongSigns() (count int) {
	if s.verified {
		for _, v := range s.touched {
			count += s.isWrong(int(v))
		}
		return count
	}
	for v := range s.place {
		count += s.isWrong(v)
	}
	return count
}

// isWrong returns 1 if no flip makes the sign of a reduced cost right.
func (s *Simplex) isWrong(v int) int {
	if s.wrong(v) > s.optimal && (math.IsInf(s.workLower[v], -1) || math.IsInf(s.workUpper[v], 1)) {
		return 1
	}
	return 0
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
	s.valuesKnown, s.inBox = false, true
	end := s.dual(ctx)
	s.inBox = false
	copy(s.workLower, s.lower)
	copy(s.workUpper, s.upper)
	s.valuesKnown = false
	s.settle()
	if end == given {
		end = done
	}
	s.prepare()
	s.computeDual(s.workCost)
	return end
}
