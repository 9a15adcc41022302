package integer

import "math"

// item is a binary column of a knapsack, or one less it.
type item struct {
	column     int
	weight     float64
	value      float64 // in the relaxation
	complement bool
	by         float64 // its coefficient in a cut
}

// knapsackCuts returns what find makes of every row that is a knapsack once the columns that are
// not binary are at the bounds that weaken it. Find returns nil if it finds no cut.
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

// knapsack returns the items and the capacity of a side of a row, false if it is none.
func (r *rounding) knapsack(w *row, sign float64) (items []item, capacity float64, ok bool) {
	capacity = sign * w.upper
	if sign < 0 {
		capacity = sign * w.lower
	}
	if math.IsInf(capacity, 0) {
		return nil, 0, false
	}
	for k, j := range w.columns {
		a, low, high := sign*w.values[k], r.d.lower[j], r.d.upper[j]
		switch {
		case low == high:
			capacity -= a * low
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
			capacity -= a * bound
		}
	}
	return items, capacity, len(items) > 1 && capacity >= 0
}

// itemCut returns the cut Σ by·item ≤ upper in the columns of the model, nil if it is none.
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
