package integer

import (
	"cmp"
	"math"
	"slices"
)

// item is a binary column of a knapsack, or one less it.
type item struct {
	column     int
	weight     float64
	value      float64 // in the relaxation
	complement bool
	inside     bool // of the cover
	lifted     float64
}

// covers returns lifted cover cuts from every row that is a knapsack once the columns that are not
// binary are at the bounds that weaken it.
func (r *rounding) covers(into []*cut) []*cut {
	for i := range r.m.rows {
		w := &r.m.rows[i]
		for _, sign := range []float64{1, -1} {
			if c := r.cover(w, sign); c != nil {
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

// cover returns the lifted cover cut of a row that is found by a greedy search, nil if there is
// none that the relaxation violates.
func (r *rounding) cover(w *row, sign float64) *cut {
	items, capacity, ok := r.knapsack(w, sign)
	if !ok {
		return nil
	}
	slack := sameTolerance * (1 + capacity)
	// Cheapest per weight first: what a column lacks to 1 counts against the cut.
	slices.SortStableFunc(items, func(a, b item) int {
		return cmp.Compare((1-a.value)*b.weight, (1-b.value)*a.weight)
	})
	weight, size := 0.0, 0
	for k := range items {
		items[k].inside, items[k].lifted = true, 1
		weight += items[k].weight
		if size++; weight > capacity+slack {
			break
		}
	}
	if weight <= capacity+slack {
		return nil
	}
	for k := size - 1; k >= 0; k-- { // a minimal cover has no item to spare
		if weight-items[k].weight > capacity+slack {
			weight -= items[k].weight
			items[k].inside, items[k].lifted = false, 0
		}
	}
	return r.lifted(items, capacity)
}

// lifted lifts the items outside of a minimal cover one by one, by the least weight with which the
// lifted row reaches each value (Zemel 1989).
func (r *rounding) lifted(items []item, capacity float64) *cut {
	var weights []float64
	for _, it := range items {
		if it.inside {
			weights = append(weights, it.weight)
		}
	}
	slices.Sort(weights)
	least := make([]float64, len(weights)+1)
	for k, v := range weights {
		least[k+1] = least[k] + v
	}
	right := len(weights) - 1
	outside := make([]int, 0, len(items))
	for k := range items {
		if !items[k].inside {
			outside = append(outside, k)
		}
	}
	slices.SortStableFunc(outside, func(a, b int) int { return cmp.Compare(items[b].value, items[a].value) })
	slack := sameTolerance * (1 + capacity)
	for _, k := range outside {
		room := capacity - items[k].weight + slack
		most := -1
		for most < right && least[most+1] <= room {
			most++
		}
		by := right - max(most, -1)
		if most < 0 {
			by = right + 1 // the item does not fit alone
		}
		if by == 0 {
			continue
		}
		items[k].lifted = float64(by)
		for v := len(least) - 1; v >= 0; v-- {
			least[v] = min(least[v], least[max(0, v-by)]+items[k].weight)
		}
	}
	r.out.reset()
	upper := float64(right)
	for _, it := range items {
		if it.lifted == 0 {
			continue
		}
		if it.complement {
			r.out.add(it.column, -it.lifted)
			upper -= it.lifted
		} else {
			r.out.add(it.column, it.lifted)
		}
	}
	return r.out.cut(r.d, r.x, upper)
}
