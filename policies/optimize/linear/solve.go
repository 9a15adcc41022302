package linear

import (
	"context"
	"math"
)

// defaultTolerance is the allowed distance of scaled values from their bounds, and of scaled
// reduced costs from the right sign.
const defaultTolerance = 1e-7

// rounds is the largest number of runs of the two methods in one solve.
const rounds = 12

// Solve solves the program from the present basis. It uses the dual simplex method if the basis is
// dual feasible or can be made so, and otherwise the primal method. The slices of the result belong
// to the Simplex, and are valid until its next use.
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
	for range tightenings {
		status := s.optimize(ctx)
		values := status != Optimal && status != Unbounded || s.verifyPrimal()
		prices := status != Optimal || s.verifyDual()
		if values && prices {
			s.verified = status == Optimal
			s.touched = s.touched[:0]
			return s.report(status)
		}
		if !values {
			s.feasible /= 10
		}
		if !prices {
			s.optimal /= 10
		}
		s.refactor()
	}
	return s.report(Inaccurate)
}

// tightenings is the largest number of solves with smaller and smaller tolerances, until the result
// is accurate in the units of the program.
const tightenings = 5

// optimize runs the two methods until one of them ends with a result.
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
			if !isDual && s.searching {
				if s.provesInfeasibleByDistance() {
					return Infeasible
				}
				s.optimal = max(s.optimal/10, 1e-12) // smaller reduced costs may lead on
			}
		}
		if s.settled() && end == done {
			return Optimal
		}
	}
	return Inaccurate
}

// setProblem resets the present problem to the given costs and bounds.
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
		if l > s.upper[v] { // by rounding errors
			s.workUpper[v] = l
		}
	}
	s.settle()
}

// moveTouched updates the values after changes of bounds, if nothing else has changed since the
// last optimum.
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

// settle sets every nonbasic variable to one of its bounds.
func (s *Simplex) settle() {
	for v, p := range s.place {
		s.place[v] = s.resting(v, p)
	}
}

// settled removes perturbations, and reports whether the basis is optimal without them. If values
// or reduced costs fail the check, it computes them anew with fresh factors.
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

// dualFeasible reports whether every reduced cost has the right sign.
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

// run runs one of the two methods.
func (s *Simplex) run(ctx context.Context, round int) (end ending, isDual bool) {
	s.prepare()
	if !s.pricesKnown {
		s.computeDual(s.workCost)
	}
	wrong := s.wrongSigns()
	if wrong == 0 && round <= dualRounds {
		return s.dual(ctx), true
	}
	if !s.valuesKnown {
		s.computePrimal()
	}
	if !s.outsideBounds() || round > dualRounds {
		return s.primal(ctx), false
	}
	if wrong <= fewWrong {
		return s.dual(ctx), true // it shifts the costs of the few wrong signs
	}
	if end = s.boxed(ctx); end != done {
		return end, true
	}
	if s.wrongSigns() > 0 {
		return s.primal(ctx), false
	}
	return s.dual(ctx), true
}

// dualRounds is the number of rounds after which only the primal method runs. The dual method may
// ignore a row whose value is outside of its bounds because of rounding errors.
const dualRounds = 3

// fewWrong is the largest number of wrong signs that are corrected by shifts of costs.
const fewWrong = 5

// wrongSigns returns the number of reduced costs whose wrong sign a flip cannot correct.
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

// isWrong returns 1 if the reduced cost of variable v has a wrong sign that a flip cannot correct.
func (s *Simplex) isWrong(v int) int {
	if s.wrong(v) > s.optimal && (math.IsInf(s.workLower[v], -1) || math.IsInf(s.workUpper[v], 1)) {
		return 1
	}
	return 0
}

// boxed makes the basis dual feasible if possible. It solves the program with other bounds: [−1000,
// 1000] for variables without bounds, [0, 1] for those with a lower bound, [−1, 0] for those with
// an upper bound, and [0, 0] for others. Every basis of this program is dual feasible after flips.
// Its optimal bases have the least dual infeasibility in the given program (Koberstein, chapter 4).
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
