package linear

import (
	"context"
	"math"
)

// ending says how a step or a run of one of the two methods ended. Only steps end with going or
// again.
type ending int8

const (
	going     ending = iota // more steps may follow
	again                   // the step needs new factors
	done                    // no further step improves
	blocked                 // dual method: no solution; primal method: no bound on the objective
	given                   // the method gives up on this basis
	limited                 // the limit of iterations is reached
	cut                     // the cutoff is proved
	cancelled               // the context ended
)

// mostFailures is how often in a row a step may need new factors without success.
const mostFailures = 10

// repeat makes steps of a method until one of them ends the run. Begin computes the values that
// steps update. It is called at the start, after new factors, and after ease. If too many steps in
// a row only change the basis, ease changes the problem a little (perturb or loosen); it returns
// false if it has done so before.
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

// patience returns how many steps in a row may be degenerate before costs or bounds are perturbed.
func (s *Simplex) patience() int { return 50 + s.m/5 }

// countDegenerate counts degenerate steps, which have a length of almost 0. Any other step sets the
// count to 0.
func (s *Simplex) countDegenerate(length float64) {
	if s.degenerate++; math.Abs(length) > 1e-12 {
		s.degenerate = 0
	}
}

// disagrees reports whether the pivot differs too much between the column of the entering variable
// q (alpha) and the row, and new factors may help.
func (s *Simplex) disagrees(q int, alpha float64) bool {
	return math.Abs(alpha-s.alpha.value[q]) > 1e-7*(1+math.Abs(alpha)) && s.lu.updates() > 0
}

// replace makes variable q basic in row r, with the pivot alpha, and updates the factors.
func (s *Simplex) replace(r int32, q int, alpha float64) {
	s.head[r], s.place[q] = int32(q), Basic
	s.infeasibility[r] = s.outside(int32(q))
	s.lu.update(r, alpha)
}
