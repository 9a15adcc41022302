package integer

import "math"

// item is a binary column x of a knapsack, or its complement 1 − x.
type item struct {
	column     int
	weight     float64
	value      float64 // value in the relaxation
	complement bool
	by         float64 // coefficient in a cut
}

// knapsackCuts calls find for every side of a row that can be read as a knapsack, and returns the
// cuts. For this, columns that are not binary are replaced by the bounds that weaken the row. Find
// returns nil if it finds no cut.
func (r *rounding) knapsackCuts(into []*cut, find func(items []item, capacity float64) *cut) []*cut {
	for i := range r.m.rows {
		for _, sign := range []float64{1, -1} {
			items, capacity, ok := r.knapsack(&r.m.rows[i], sign)
			if !ok {
				continue
			}
			if c := find(items, capacity); c != nil {
				into = append(into, c)
			}
		}
	}
	return into
}

// knapsack returns one side of a row as a knapsack, with its items and its capacity. ok is false if
// this is not possible. Sign is 1 for the upper side and −1 for the lower side.
func (r *rounding) knapsack(w *row, sign float64) (items []item, capacity float64, ok bool) {
	capacity = sign * w.upper
	if sign < 0 {
		capacity = sign * w.lower
	}
	if math.IsInf(capacity, 0) {
		return nil, 0, false
	}
	for k, j := range w.columns {
		a, low, high := float64(sign*w.values[k]), r.d.lower[j], r.d.upper[j]
		switch {
		case low == high:
			capacity -= float64(a * low)
		case r.m.whole[j] && low == 0 && high == 1:
			it := item{column: j, weight: a, value: r.x[j]}
			if a < 0 {
				it.weight, it.value, it.complement = -a, 1-it.value, true
				capacity -= a
			}
			items = append(items, it)
		default:
			bound := low
			if a < 0 {
				bound = high
			}
			if math.IsInf(bound, 0) {
				return nil, 0, false
			}
			capacity -= float64(a * bound)
		}
	}
	return items, capacity, len(items) > 1 && capacity >= 0
}

// itemCut returns the cut Σ by·item ≤ upper in the columns of the model. It returns nil if the
// relaxation does not violate it enough.
func (r *rounding) itemCut(items []item, upper float64) *cut {
	r.out.reset()
	for _, it := range items {
		switch {
		case it.by == 0:
		case it.complement:
			r.out.add(it.column, -it.by)
			upper -= it.by
		default:
			r.out.add(it.column, it.by)
		}
	}
	return r.out.cut(r.d, r.x, upper)
}
