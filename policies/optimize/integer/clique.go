package integer

import (
	"cmp"
	"slices"
)

// clique returns the clique cut of a knapsack that the relaxation violates most, or nil if it
// violates none. In a clique, any two items together are too heavy, so at most one is in the
// knapsack. The clique of an item has all items that are at least as heavy and too heavy together
// with it.
func (r *rounding) clique(items []item, capacity float64) *cut {
	slices.SortStableFunc(items, func(a, b item) int { return cmp.Compare(b.weight, a.weight) })
	slack := float64(sameTolerance * (1 + capacity))
	last := 0 // any two of the items up to here are too heavy together
	for last+1 < len(items) && items[last].weight+items[last+1].weight > capacity+slack {
		last++
	}
	if last == 0 {
		return nil
	}
	sum, size := 0.0, last+1 // value and number of items that are too heavy with item k
	for _, it := range items[:size] {
		sum += it.value
	}
	best, heavy, most := -1, 0, 1+leastEfficacy // the clique is the first heavy items and item best
	if sum > most {
		best, heavy, most = last, last, sum
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
	for k := range items[:heavy] {
		items[k].by = 1
	}
	items[best].by = 1
	return r.itemCut(items, 1)
}
