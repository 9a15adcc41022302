package integer

import (
	"cmp"
	"slices"
)

// cliques returns clique cuts from every row that is a knapsack once the columns that are not
// binary are at the bounds that weaken it: of the items of a clique, any two are too heavy
// together, so one at most is in.
func (r *rounding) cliques(into []*cut) []*cut {
	for i := range r.m.rows {
		w := &r.m.rows[i]
		for _, sign := range []float64{1, -1} {
			items, capacity, ok := r.knapsack(w, sign)
			if !ok {
				continue
			}
			if c := r.clique(items, capacity); c != nil {
				into = append(into, c)
			}
		}
	}
	return into
}

// clique returns the clique cut of a knapsack that the relaxation violates most, nil if there is
// none. For each item, its clique is all items that are no lighter and too heavy beside it.
func (r *rounding) clique(items []item, capacity float64) *cut {
	slices.SortStableFunc(items, func(a, b item) int { return cmp.Compare(b.weight, a.weight) })
	slack := sameTolerance * (1 + capacity)
	last, most := -1, 1+leastEfficacy
	sum, size := 0.0, 0 // of the items that are too heavy beside item k
	for k := len(items) - 1; k > 0; k-- {
		if items[k-1].weight+items[k].weight > capacity+slack {
			last = max(last, k)
		}
	}
	if last < 0 {
		return nil
	}
	for _, it := range items[:last+1] { // any two of these are too heavy together
		sum, size = sum+it.value, size+1
	}
	best, heavy := last, last // the clique is the first heavy items and item best
	if sum > most {
		most = sum
	} else {
		best = -1
	}
	for k := last + 1; k < len(items); k++ {
		for size > 0 && items[size-1].weight+items[k].weight <= capacity+slack {
			size--
			sum -= items[size].value
		}
		if size == 0 {
			break
		}
		if v := sum + items[k].value; v > most {
			best, heavy, most = k, size, v
		}
	}
	if best < 0 {
		return nil
	}
	r.out.reset()
	upper := 1.0
	for k, it := range items {
		if k >= heavy && k != best {
			continue
		}
		if it.complement {
			r.out.add(it.column, -1)
			upper--
		} else {
			r.out.add(it.column, 1)
		}
	}
	return r.out.cut(r.d, r.x, upper)
}
