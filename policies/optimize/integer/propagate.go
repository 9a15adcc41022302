package integer

import "math"

// mostSweeps bounds the work of one propagation: it processes at most mostSweeps times the number
// of rows.
const mostSweeps = 10

// span is the range of a row's left side within the bounds of its columns. It has the sums of the
// finite terms, and the numbers of infinite terms.
type span struct {
	least, most       float64
	freeLow, freeHigh int
}

func (d *domain) span(r *row) span {
	var s span
	for k, j := range r.columns {
		low, high := d.lower[j], d.upper[j]
		a := r.values[k]
		if a < 0 {
			low, high = high, low
		}
		if math.IsInf(low, 0) {
			s.freeLow++
		} else {
			s.least += float64(a * low)
		}
		if math.IsInf(high, 0) {
			s.freeHigh++
		} else {
			s.most += float64(a * high)
		}
	}
	return s
}

// low returns the least value of the row's left side. It may be −Inf.
func (s *span) low() float64 {
	if s.freeLow > 0 {
		return math.Inf(-1)
	}
	return s.least
}

// high returns the largest value of the row's left side. It may be +Inf.
func (s *span) high() float64 {
	if s.freeHigh > 0 {
		return math.Inf(1)
	}
	return s.most
}

// propagate tightens bounds by the queued rows until no further bounds follow. It returns false if
// no solution is left.
func (d *domain) propagate() bool {
	for d.head < len(d.queue) && !d.empty && d.head < mostSweeps*(len(d.m.rows)+1) {
		i := d.queue[d.head]
		d.head++
		d.queued[i] = false
		if i == len(d.m.rows) {
			d.propagateObjective()
		} else {
			d.propagateRow(&d.m.rows[i])
		}
	}
	d.forget()
	return !d.empty
}

// propagateRow tightens the bounds of the columns of one row. The bound of a column follows from
// the side of the row if the other columns have their most favourable values.
func (d *domain) propagateRow(r *row) {
	s := d.span(r)
	slack := float64(feasibleTolerance * (1 + max(math.Abs(s.least), math.Abs(s.most))))
	if s.low() > r.upper+slack || s.high() < r.lower-slack {
		d.empty = true
		return
	}
	below := s.freeLow <= 1 && !math.IsInf(r.upper, 1) && s.high() > r.upper
	above := s.freeHigh <= 1 && !math.IsInf(r.lower, -1) && s.low() < r.lower
	if !below && !above {
		return
	}
	for k, j := range r.columns {
		if d.lower[j] == d.upper[j] {
			continue
		}
		a, low, high := r.values[k], d.lower[j], d.upper[j]
		if a < 0 {
			low, high = high, low
		}
		if below {
			if rest, ok := without(s.least, s.freeLow, a, low); ok {
				d.limit(j, a, r.upper, rest, true)
			}
		}
		if above {
			if rest, ok := without(s.most, s.freeHigh, a, high); ok {
				d.limit(j, a, r.lower, rest, false)
			}
		}
		if d.empty {
			return
		}
	}
}

// without returns the sum of the finite terms without the term a·bound of a column, and whether no
// infinite term is left.
func without(sum float64, infinite int, a, bound float64) (float64, bool) {
	if math.IsInf(bound, 0) {
		return sum, infinite == 1
	}
	return sum - float64(a*bound), infinite == 0
}

// limit sets the bound of column j that follows from a·x ≤ side − rest (upper) or a·x ≥ side −
// rest. Here a is the coefficient of the column, and rest the sum of the other terms. The bound of
// a column that need not be whole is moved outwards by more than rounding errors, because another
// row may multiply them by a large coefficient.
func (d *domain) limit(j int, a, side, rest float64, upper bool) {
	value, tolerance := (side-rest)/a, slackOf(a, side, rest)
	if !d.m.whole[j] {
		out := sameTolerance * (1 + math.Abs(side) + math.Abs(rest)) / math.Abs(a)
		if (a > 0) != upper {
			out = -out
		}
		value += out
	}
	if (a > 0) == upper {
		d.atMost(j, value, tolerance)
	} else {
		d.atLeast(j, value, tolerance)
	}
}

// slackOf returns the tolerance of a bound on a whole column that follows from a row: an estimate
// of the rounding errors of the row, divided by the coefficient. So the tolerance is small if the
// coefficient is large: from 0.5 ≤ 1e6·x follows x ≥ 1.
func slackOf(a, side, rest float64) float64 {
	return min(wholeTolerance, 1e-7*(1+math.Abs(side)+math.Abs(rest))/math.Abs(a))
}

// propagateObjective treats the objective as a row that must stay below the cutoff.
func (d *domain) propagateObjective() {
	if math.IsInf(d.cutoff, 1) {
		return
	}
	least, infinite := d.m.offset, 0
	for j, c := range d.m.cost {
		if c == 0 {
			continue
		}
		low := d.lower[j]
		if c < 0 {
			low = d.upper[j]
		}
		if math.IsInf(low, 0) {
			if infinite++; infinite > 1 {
				return
			}
			continue
		}
		least += float64(c * low)
	}
	if infinite == 0 && least > d.cutoff+float64(sameTolerance*(1+math.Abs(d.cutoff))) {
		d.empty = true
		return
	}
	for j, c := range d.m.cost {
		if c == 0 || d.lower[j] == d.upper[j] {
			continue
		}
		low := d.lower[j]
		if c < 0 {
			low = d.upper[j]
		}
		if rest, ok := without(least, infinite, c, low); ok {
			d.limit(j, c, d.cutoff, rest, true)
		}
	}
}
