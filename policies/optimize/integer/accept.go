package integer

import (
	"context"
	"math"
	"slices"

	"wavetank/policies/optimize/linear"
)

// accept keeps a solution of the model if it is feasible and better than the best solution. It
// returns the objective, and whether the solution is feasible. It first rounds the whole columns.
// If the other columns then violate rows, it solves for these again.
func (s *search) accept(x []float64) (objective float64, feasible bool) {
	rounded, moved := make([]float64, len(x)), false
	for j, v := range x {
		if s.m.whole[j] {
			rounded[j] = math.Round(v) + 0 // + 0 turns −0 into 0
			moved = moved || rounded[j] != v
		} else {
			rounded[j] = min(max(v, s.m.lower[j]), s.m.upper[j])
		}
	}
	full := s.m.expand(rounded)
	if moved && s.loose {
		if objective, feasible = s.consider(full, sameTolerance); feasible {
			return objective, feasible
		}
		if x = s.solveRest(rounded); x != nil {
			if objective, feasible = s.consider(s.m.expand(x), feasibleTolerance); feasible {
				return objective, feasible
			}
		}
	}
	return s.consider(full, feasibleTolerance)
}

// consider keeps a solution of the original program if it is feasible within the tolerance and
// better than the best solution.
func (s *search) consider(full []float64, tolerance float64) (objective float64, feasible bool) {
	p := s.m.original
	rows, integers := p.Violation(full)
	if !(rows <= tolerance && integers == 0) { // not feasible, or NaN
		return 0, false
	}
	objective = float64(s.m.sign * p.Objective(full))
	if math.IsInf(objective, 0) || math.IsNaN(objective) {
		s.overflow(objective)
		return 0, false
	}
	if objective < s.objective {
		s.best, s.objective = full, objective
		s.setCutoff()
		s.tree.prune(s.cutoff)
		s.fixGlobally()
		s.report()
	}
	return objective, true
}

// overflow notes that there is a solution whose objective is not finite. A solution with
// the objective +Inf is worse than any that is known, but better than none.
func (s *search) overflow(objective float64) {
	if math.IsInf(objective, 1) {
		s.unresolved = min(s.unresolved, math.MaxFloat64)
		return
	}
	s.unresolved = math.Inf(-1)
}

// setCutoff sets the cutoff after a better solution was found.
func (s *search) setCutoff() {
	slack := float64(prunedTolerance * (1 + math.Abs(s.objective)))
	s.cutoff = s.objective - slack
	if s.step > 0 {
		s.cutoff = min(s.cutoff, s.objective-s.step+max(float64(1e-4*s.step), slack))
	}
}

// solveRest returns the best solution whose whole columns have the values of x, or nil if there is
// none. It does not change the domain and the basis.
func (s *search) solveRest(x []float64) []float64 {
	mark, basis := s.d.mark(), s.lp.simplex.Basis()
	var found []float64
	inside := true
	for j, v := range x {
		if !s.m.whole[j] {
			continue
		}
		if inside = s.d.fix(j, v); !inside {
			break
		}
	}
	if inside {
		s.lp.within(s.d)
		s.lp.solve(context.WithoutCancel(s.ctx), math.Inf(1))
		if s.lp.Status == linear.Optimal {
			found = slices.Clone(s.lp.X)
			for j, v := range x {
				if s.m.whole[j] {
					found[j] = v
				}
			}
		}
	}
	s.d.undo(mark)
	s.lp.within(s.d)
	s.lp.simplex.SetBasis(basis)
	return found
}
