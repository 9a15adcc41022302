package linear

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// primal runs the primal simplex method on the present problem. It first brings basic values within
// their bounds, by steps that reduce the sum of their distances (phase 1).
func (s *Simplex) primal(ctx context.Context) ending {
	s.searching, s.verified = false, false
	s.devex = filled(s.devex, s.n+s.m, 1)
	return s.repeat(ctx, s.beginPrimal, s.primalStep, s.loosen)
}

// beginPrimal computes the values, reduced costs and so on that primalStep updates.
func (s *Simplex) beginPrimal() {
	if !s.valuesKnown {
		s.computePrimal()
	}
	s.phasePrices()
}

// outsideBounds reports whether some basic value is outside of its bounds.
func (s *Simplex) outsideBounds() bool {
	for _, v := range s.infeasibility {
		if v > 0 {
			return true
		}
	}
	return false
}

// phasePrices computes the reduced costs of the sum of distances if some value is outside of its
// bounds, and otherwise those of the costs.
func (s *Simplex) phasePrices() {
	was := s.searching
	s.searching = s.outsideBounds()
	if !s.searching {
		if was || !s.pricesKnown {
			s.computeDual(s.workCost)
		}
		return
	}
	cost := zeros(s.phaseCost, s.n+s.m)
	s.phaseCost = cost
	for _, v := range s.head {
		if s.x[v] > s.workUpper[v]+s.feasible {
			cost[v] = 1
		} else if s.x[v] < s.workLower[v]-s.feasible {
			cost[v] = -1
		}
	}
	s.computeDual(cost)
	s.pricesKnown = false // these reduced costs are not those of the costs
}

// primalStep makes one step.
func (s *Simplex) primalStep(ctx context.Context) ending {
	if s.iterations >= s.limit {
		return limited
	}
	if s.iterations >= s.nextCheck {
		s.nextCheck = s.iterations + 16
		if ctx.Err() != nil {
			return cancelled
		}
	}
	q := s.entering()
	if q < 0 {
		if s.searching {
			return given
		}
		return done
	}
	s.computeColumn(q, true)
	direction := 1.
	if s.d[q] > 0 {
		direction = -1
	}
	var row int32
	var length float64
	var toUpper bool
	if s.searching {
		row, length, toUpper = s.longStep(q, direction)
	} else {
		row, length, toUpper = s.harris(direction)
	}
	if width := s.workUpper[q] - s.workLower[q]; width <= length && !math.IsInf(width, 1) {
		s.toOther(q, direction, width)
		return going
	}
	if row < 0 {
		if s.lu.updates() > 0 {
			return again
		}
		if s.searching {
			return given
		}
		s.entered, s.direction = q, direction
		return blocked
	}
	return s.exchange(q, row, direction*length, toUpper)
}

// toOther moves variable q from one bound to the other.
func (s *Simplex) toOther(q int, direction, width float64) {
	s.place[q] = s.place[q].other()
	s.x[q] += float64(direction * width)
	s.move(&s.column, direction*width)
	s.iterations++
	if s.searching {
		s.phasePrices()
	}
}

// entering returns the variable that enters the basis, by devex pricing (Harris, 1973). It returns
// −1 at the optimum.
func (s *Simplex) entering() int {
	best, q := 0., -1
	for v := range s.place {
		wrong := s.wrong(v)
		if wrong <= s.optimal {
			continue
		}
		if gain := wrong * wrong; gain > best*s.devex[v] {
			best, q = gain/s.devex[v]*(1+equal), v
		}
	}
	return q
}

// harris returns the row that stops the entering variable, or −1 if none does, and the length of
// the step. Among the rows that stop it within the tolerance, it takes the one with the largest
// pivot.
func (s *Simplex) harris(direction float64) (row int32, length float64, toUpper bool) {
	smallest := s.pivotTolerance()
	furthest := math.Inf(1)
	for _, i := range s.column.entries() {
		slope := -direction * s.column.value[i]
		v := s.head[i]
		if slope > smallest {
			furthest = min(furthest, (s.workUpper[v]-s.x[v]+s.feasible)/slope)
		} else if slope < -smallest {
			furthest = min(furthest, (s.workLower[v]-s.x[v]-s.feasible)/slope)
		}
	}
	if math.IsInf(furthest, 1) {
		return -1, furthest, false
	}
	furthest, row = max(furthest, 0), -1
	size := 0.
	for _, i := range s.column.entries() {
		slope := -direction * s.column.value[i]
		v, room := s.head[i], 0.
		if slope > smallest {
			room = s.workUpper[v] - s.x[v]
		} else if slope < -smallest {
			room = s.x[v] - s.workLower[v]
		} else {
			continue
		}
		a := math.Abs(slope)
		if max(room, 0) <= furthest*a && (row < 0 || a > size*(1+equal) || a >= size*(1-equal) && v < s.head[row]) {
			row, size, length, toUpper = i, a, max(room, 0)/a, slope > 0
		}
	}
	return row, length, toUpper
}

// bend is a step length at which the slope of the sum of distances changes.
type bend struct {
	length, size float64
	row          int32
	toUpper      bool
}

// longStep returns the row at which the sum of distances from bounds is least along the entering
// variable. So the step passes bounds as long as the sum falls.
func (s *Simplex) longStep(q int, direction float64) (row int32, length float64, toUpper bool) {
	bends := s.bends[:0]
	smallest := s.pivotTolerance()
	add := func(i int32, room, a float64, upper bool) {
		if !math.IsInf(room, 1) {
			bends = append(bends, bend{max(room, 0) / a, a, i, upper})
		}
	}
	for _, i := range s.column.entries() {
		slope := -direction * s.column.value[i]
		v, a := s.head[i], math.Abs(slope)
		x, low, high := s.x[v], s.workLower[v], s.workUpper[v]
		below, above := x < low-s.feasible, x > high+s.feasible
		switch {
		case a <= smallest:
		case slope > 0 && !above:
			if below {
				add(i, low-x, a, false)
			}
			add(i, high-x, a, true)
		case slope < 0 && !below:
			if above {
				add(i, x-high, a, true)
			}
			add(i, x-low, a, false)
		}
	}
	s.bends = bends
	slices.SortFunc(bends, func(x, y bend) int {
		return cmp.Or(cmp.Compare(x.length, y.length), cmp.Compare(x.row, y.row))
	})
	slope := -math.Abs(s.d[q])
	last := -1
	for k, b := range bends {
		last = k
		if slope += b.size; slope >= 0 {
			break
		}
	}
	if last < 0 {
		return -1, math.Inf(1), false
	}
	best := last
	for k := last; k >= 0 && bends[best].size < 1e-3; k-- { // pivot too small: a shorter step
		if bends[k].size > bends[best].size {
			best = k
		}
	}
	b := bends[best]
	return b.row, b.length, b.toUpper
}

// keepsWeights is the number of iterations in which the primal method updates the weights of the
// dual method. After a few steps, as after a change of bounds, correct weights help the next solve.
// In long runs the updates take more time than they save.
const keepsWeights = 100

// exchange makes variable q basic in row r after a step of the given length. The variable of the
// row leaves the basis at its upper bound if toUpper is true, otherwise at its lower bound.
func (s *Simplex) exchange(q int, r int32, length float64, toUpper bool) ending {
	alpha := s.column.value[r]
	s.computeRow(r, true)
	s.price(&s.pivotRow)
	if s.disagrees(q, alpha) {
		return again
	}
	out := s.head[r]
	step := s.d[q] / alpha
	reference := s.devex[q]
	for _, v := range s.alpha.entries() {
		s.d[v] -= float64(step * s.alpha.value[v])
		ratio := s.alpha.value[v] / alpha
		s.devex[v] = max(s.devex[v], ratio*ratio*reference)
	}
	s.devex[out] = max(reference/(alpha*alpha), 1)
	s.d[q], s.d[out] = 0, -step
	s.move(&s.column, length)
	s.x[q] += length
	s.place[out], s.x[out] = AtLower, s.workLower[out]
	if toUpper {
		s.place[out], s.x[out] = AtUpper, s.workUpper[out]
	}
	if s.iterations < keepsWeights {
		s.weight[r] = s.pivotRow.norm2()
		s.updateWeights(r, alpha)
	} else {
		s.weight[r] = 1
	}
	s.replace(r, q, alpha)
	s.iterations++
	s.countDegenerate(length)
	if s.searching {
		s.phasePrices()
	} else if s.devex[q] > 1e7 {
		s.devex = filled(s.devex, s.n+s.m, 1)
	}
	return going
}
