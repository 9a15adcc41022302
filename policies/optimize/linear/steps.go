package linear

import (
	"context"
	"math"
)

// ending is how a step or a run of one of the two methods ended. Only steps end with going and
// again.
type ending int8

const (
	going     ending = iota // more steps may follow
	again                   // the step needs new factors
	done                    // no step is left that improves
	blocked                 // the dual: there is no solution; the primal: no bound on the objective
	given                   // the method cannot go on with this basis
	limited                 // the iterations are used up
	cut                     // the cutoff is proved
	cancelled               // the context ended
)

// mostFailures is how often steps may need new factors without a step between.
const mostFailures = 10

// repeat makes steps of a method until one ends the run. Begin computes what the steps keep up to
// date; it is called again after factors were computed anew or ease changed the problem. Ease does
// so a little, if it has not yet, where too many steps in a row change nothing but the basis.
func (s *Simplex) repeat(ctx context.Context, begin func(), step func(context.Context) ending, ease func() bool) ending {
	for failures, at := 0, 0; ; {
		s.prepare()
		begin()
		end := step(ctx)
		for end == going && !s.stale() && !(s.degenerate > s.patience() && ease()) {
			end = step(ctx)
		}
		if end == again {
			if failures++; s.iterations > at {
				failures, at = 1, s.iterations
			}
			if failures > mostFailures {
				return given
			}
			s.refactor()
		} else if end != going {
			return end
		}
	}
}

// patience is how many steps in a row may be degenerate before costs or bounds are perturbed.
func (s *Simplex) patience() int { return 50 + s.m/5 }

// countDegenerate counts a step of a length among the degenerate ones, if it is one.
func (s *Simplex) countDegenerate(length float64) {
	if s.degenerate++; math.Abs(length) > 1e-12 {
		s.degenerate = 0
	}
}

// disagrees says whether the pivot alpha, as the column of the entering variable q has it, is
// another one than in the row, though new factors may bring them together.
func (s *Simplex) disagrees(q int, alpha float64) bool {
	return math.Abs(alpha-s.alpha.value[q]) > 1e-7*(1+math.Abs(alpha)) && s.lu.updates() > 0
}

// replace makes variable q, whose column has the pivot alpha, the basic one of row r.
func (s *Simplex) replace(r int32, q int, alpha float64) {
	s.head[r], s.place[q] = int32(q), Basic
	s.infeasibility[r] = s.outside(int32(q))
	s.lu.update(r, alpha)
}
