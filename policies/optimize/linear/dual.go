package linear

import (
	"context"
	"math"
)

// dual runs the dual simplex method on the present problem (Koberstein, The dual simplex method,
// techniques for a fast and stable implementation, 2005). Reduced costs with wrong signs are first
// corrected by flips and shifts. If it ends with done, all values are within their bounds.
func (s *Simplex) dual(ctx context.Context) ending {
	return s.repeat(ctx, s.beginDual, s.dualStep, s.perturb)
}

// beginDual computes the values, reduced costs and so on that dualStep updates.
func (s *Simplex) beginDual() {
	if !s.pricesKnown {
		s.computeDual(s.workCost)
	}
	s.correctDual()
	if !s.valuesKnown {
		s.computePrimal()
	}
}

// correctDual gives every reduced cost the right sign: variables with two bounds flip to the other
// bound, and the costs of other variables are shifted.
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

// dualStep makes one step.
func (s *Simplex) dualStep(ctx context.Context) ending {
	if s.iterations >= s.limit {
		return limited
	}
	if s.iterations >= s.nextCheck {
		s.nextCheck = s.iterations + 16
		if ctx.Err() != nil {
			return cancelled
		}
		if s.budget.HasCutoff && s.passesCutoff() {
			return cut
		}
	}
	r := s.leaving()
	if r < 0 {
		return done
	}
	out := s.head[r]
	sigma, target, slope := 1., s.workUpper[out], s.x[out]-s.workUpper[out]
	if s.x[out] < s.workLower[out] {
		sigma, target, slope = -1, s.workLower[out], s.workLower[out]-s.x[out]
	}
	s.computeRow(r, true)
	s.weight[r] = max(s.pivotRow.norm2(), 1e-8) // computed anew, without rounding errors of updates
	s.price(&s.pivotRow)
	q := s.choose(sigma, slope)
	if q < 0 {
		return s.dualBlocked(r)
	}
	s.computeColumn(q, true)
	alpha := s.column.value[r]
	if s.disagrees(q, alpha) || alpha == 0 {
		s.factored = s.factored && alpha != 0
		if s.lu.updates() == 0 {
			s.infeasibility[r] = 0
			return going
		}
		return again
	}
	s.flip()
	s.step(r, q, out, target, alpha)
	s.iterations++
	return going
}

// dualBlocked returns the ending of a step if no variable can enter in row r.
func (s *Simplex) dualBlocked(r int32) ending {
	if s.lu.updates() > 0 {
		return again
	}
	if s.provesInfeasible(s.pivotRow.value) {
		return blocked
	}
	s.infeasibility[r] = 0 // nearly feasible: ignore this row and continue with others
	return going
}

// leaving returns the row whose variable leaves the basis, by dual steepest edge. It returns −1 if
// all values are within bounds.
func (s *Simplex) leaving() int32 {
	best, row := 0., int32(-1)
	for i, v := range s.infeasibility {
		if v > best*s.weight[i] {
			best, row = v/s.weight[i]*(1+equal), int32(i)
		}
	}
	return row
}

// flip moves the variables that the ratio test passed to their other bounds, and updates the values
// of the basic variables.
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

// addTo adds a multiple of the column of variable v to a vector whose entries are not listed.
func (s *Simplex) addTo(c *vector, v int, factor float64) {
	if v < s.n {
		s.a.addColumn(v, factor, c.value)
	} else {
		c.value[v-s.n] += factor
	}
}

// move subtracts a multiple of a vector from the values of the basic variables.
func (s *Simplex) move(c *vector, factor float64) {
	for _, i := range c.entries() {
		v := s.head[i]
		s.x[v] -= float64(factor * c.value[i])
		s.infeasibility[i] = s.outside(v)
	}
}

// step replaces variable out by q in row r of the basis. Target is the bound to which out goes, and
// alpha the pivot.
func (s *Simplex) step(r int32, q int, out int32, target, alpha float64) {
	// duals
	length := s.d[q] / s.alpha.value[q]
	if s.wrong(q) > 0 {
		s.shift(q)
		length = 0
	}
	s.countDegenerate(length)
	if length != 0 {
		for _, v := range s.alpha.entries() {
			s.d[v] -= float64(length * s.alpha.value[v])
		}
	}
	s.d[q], s.d[out] = 0, -length
	// values
	move := (s.x[out] - target) / alpha
	s.move(&s.column, move)
	s.x[out] = target
	s.x[q] += move
	// basis
	s.place[out] = AtLower
	if target == s.workUpper[out] && target != s.workLower[out] {
		s.place[out] = AtUpper
	}
	s.updateWeights(r, alpha)
	s.replace(r, q, alpha)
}

// updateWeights updates the squared norms of the rows of B⁻¹ (Forrest and Goldfarb, Steepest-edge
// simplex algorithms for linear programming, 1992).
func (s *Simplex) updateWeights(r int32, alpha float64) {
	s.steepest.copyFrom(&s.pivotRow)
	s.lu.ftran(&s.steepest, false)
	own := s.weight[r]
	tau := s.steepest.value
	for _, i := range s.column.entries() {
		if i == r {
			continue
		}
		ratio := s.column.value[i] / alpha
		s.weight[i] = max(s.weight[i]+float64(ratio*(float64(ratio*own)-float64(2*tau[i]))), 1e-4+float64(ratio*ratio*1e-4))
	}
	s.weight[r] = max(own/(alpha*alpha), 1e-4)
}
