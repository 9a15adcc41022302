package linear

import (
	"context"
	"math"
)

// ending is how a run of one of the two methods ended.
type ending int8

const (
	done      ending = iota // no step is left that improves
	blocked                 // the dual: there is no solution; the primal: no bound on the objective
	given                   // the method cannot go on with this basis
	limited                 // the iterations are used up
	cut                     // the cutoff is proved
	cancelled               // the context ended
)

// dual runs the dual simplex method on the present problem, whose reduced costs have the right
// signs or get them by flips and shifts (Koberstein, The dual simplex method, techniques for a fast
// and stable implementation, 2005). It ends with values within bounds.
func (s *Simplex) dual(ctx context.Context) ending {
	for failures, at := 0, 0; ; {
		s.prepare()
		if !s.pricesKnown {
			s.computeDual(s.workCost)
		}
		s.correctDual()
		if !s.valuesKnown {
			s.computePrimal()
		}
		for {
			end, again := s.dualStep(ctx)
			if again {
				if failures++; s.iterations > at {
					failures, at = 1, s.iterations
				}
				if failures > 10 { // without a step between
					return given
				}
				s.refactor()
				break
			}
			if end == going {
				if s.stale() {
					break
				}
				if s.degenerate > s.patience() && !s.perturbed {
					s.perturb()
					s.pricesKnown = false
					break
				}
				continue
			}
			return end
		}
	}
}

const going ending = -1

// stale says whether the factors should be computed anew.
func (s *Simplex) stale() bool {
	n := s.lu.updates()
	return n >= mostUpdates || n >= 20 && s.lu.swollen()
}

// correctDual gives every reduced cost the right sign: variables with two bounds flip, the costs of
// others are shifted.
func (s *Simplex) correctDual() {
	if s.verified {
		for _, v := range s.touched {
			s.correct(int(v))
		}
		s.verified = false
		return
	}
	for v := range s.place {
		s.correct(v)
	}
}

func (s *Simplex) correct(v int) {
	if s.wrong(v) <= s.optimal {
		return
	}
	if math.IsInf(s.workLower[v], -1) || math.IsInf(s.workUpper[v], 1) {
		s.shift(v)
		return
	}
	s.place[v] = s.place[v].other()
	s.valuesKnown = false
}

// shift changes the cost of variable v so that its reduced cost is 0.
func (s *Simplex) shift(v int) {
	s.workCost[v] -= s.d[v]
	s.d[v] = 0
	s.perturbed = true
}

// dualStep makes one step. Again says that the factors must be computed anew.
func (s *Simplex) dualStep(ctx context.Context) (end ending, again bool) {
	if s.iterations >= s.limit {
		return limited, false
	}
	if s.iterations >= s.nextCheck {
		s.nextCheck = s.iterations + 16
		if ctx.Err() != nil {
			return cancelled, false
		}
		if s.budget.HasCutoff && s.passesCutoff() {
			return cut, false
		}
	}
	r := s.leaving()
	if r < 0 {
		return done, false
	}
	out := s.head[r]
	sigma, target, slope := 1., s.workUpper[out], s.x[out]-s.workUpper[out]
	if s.x[out] < s.workLower[out] {
		sigma, target, slope = -1, s.workLower[out], s.workLower[out]-s.x[out]
	}
	rho := &s.pivotRow
	rho.clear()
	rho.set(r, 1)
	s.lu.btran(rho, true)
	s.checkWeight(r, rho)
	s.price(rho)
	q := s.choose(sigma, slope)
	if q < 0 {
		return s.dualBlocked(r)
	}
	s.load(q, &s.column)
	s.lu.ftran(&s.column, true)
	alpha := s.column.value[r]
	if off := math.Abs(alpha - s.alpha.value[q]); off > 1e-7*(1+math.Abs(alpha)) && s.lu.updates() > 0 || alpha == 0 {
		s.factored = s.factored && alpha != 0
		if s.lu.updates() == 0 {
			s.infeasibility[r] = 0
			return going, false
		}
		return going, true
	}
	s.flip()
	s.step(r, q, out, target, alpha)
	s.iterations++
	return going, false
}

// dualBlocked is called where no variable can enter in row r.
func (s *Simplex) dualBlocked(r int32) (ending, bool) {
	if s.lu.updates() > 0 {
		return going, true
	}
	if s.provesInfeasible(s.pivotRow.value) {
		return blocked, false
	}
	s.infeasibility[r] = 0 // by no more than the tolerances; the others go on
	return going, false
}

// leaving returns the row with the steepest edge, −1 if every value is within bounds.
func (s *Simplex) leaving() int32 {
	best, row := 0., int32(-1)
	for i, v := range s.infeasibility {
		if v > best*s.weight[i] {
			best, row = v/s.weight[i]*(1+equal), int32(i)
		}
	}
	return row
}

// checkWeight corrects the weight of row r, the squared norm of its row of B⁻¹.
func (s *Simplex) checkWeight(r int32, rho *vector) {
	s.weight[r] = max(rho.norm2(), 1e-8)
}

// flip moves the variables that the ratio test passed to their other bounds.
func (s *Simplex) flip() {
	flips := s.ratio.flips
	if len(flips) == 0 {
		return
	}
	c := &s.flipped
	c.clear()
	for _, v := range flips {
		change := s.workUpper[v] - s.workLower[v]
		if s.place[v] == AtUpper {
			change = -change
		}
		s.place[v] = s.place[v].other()
		s.x[v] += change
		s.addTo(c, int(v), change)
	}
	c.count = -1
	s.lu.ftran(c, false)
	s.move(c, 1)
	s.iterations++
}

// addTo adds a multiple of the column of variable v to a vector that is not listed.
func (s *Simplex) addTo(c *vector, v int, factor float64) {
	if v < s.n {
		s.a.addColumn(v, factor, c.value)
	} else {
		c.value[v-s.n] += factor
	}
}

// move takes a multiple of a vector from the basic values.
func (s *Simplex) move(c *vector, factor float64) {
	for _, i := range c.entries() {
		v := s.head[i]
		s.x[v] -= factor * c.value[i]
		s.infeasibility[i] = s.outside(v)
	}
}

// step lets variable q take the place of out in row r.
func (s *Simplex) step(r int32, q int, out int32, target, alpha float64) {
	// duals
	length := s.d[q] / s.alpha.value[q]
	if s.wrong(q) > 0 {
		s.shift(q)
		length = 0
	}
	if s.degenerate++; math.Abs(length) > 1e-12 {
		s.degenerate = 0
	}
	if length != 0 {
		for _, v := range s.alpha.entries() {
			s.d[v] -= length * s.alpha.value[v]
		}
	}
	s.d[q], s.d[out] = 0, -length
	// values
	move := (s.x[out] - target) / alpha
	s.move(&s.column, move)
	s.x[out] = target
	s.x[q] += move
	// weights
	s.steepest.copyFrom(&s.pivotRow)
	s.lu.ftran(&s.steepest, false)
	s.updateWeights(r, alpha)
	// basis
	s.place[out] = AtLower
	if target == s.workUpper[out] && target != s.workLower[out] {
		s.place[out] = AtUpper
	}
	s.head[r], s.place[q] = int32(q), Basic
	s.infeasibility[r] = s.outside(int32(q))
	s.lu.update(r, alpha)
}

// updateWeights updates the squared norms of the rows of B⁻¹ (Forrest and Goldfarb, Steepest-edge
// simplex algorithms for linear programming, 1992).
func (s *Simplex) updateWeights(r int32, alpha float64) {
	own := s.weight[r]
	tau := s.steepest.value
	for _, i := range s.column.entries() {
		if i == r {
			continue
		}
		ratio := s.column.value[i] / alpha
		s.weight[i] = max(s.weight[i]+ratio*(ratio*own-2*tau[i]), 1e-4+ratio*ratio*1e-4)
	}
	s.weight[r] = max(own/(alpha*alpha), 1e-4)
}
