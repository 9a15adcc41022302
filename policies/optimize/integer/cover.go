package integer

import (
	"cmp"
	"slices"
)

// cover returns a lifted cover cut of a knapsack that the relaxation violates. A cover is a set of
// items that are too heavy together; a greedy search looks for it. It returns nil if it finds no
// such cut.
func (r *rounding) cover(items []item, capacity float64) *cut {
	slack := float64(sameTolerance * (1 + capacity))
	// Items with the smallest (1 − value) per weight come first, because 1 − value of each item of
	// the cover reduces the violation of the cut.
	slices.SortStableFunc(items, func(a, b item) int {
		return cmp.Compare((1-a.value)*b.weight, (1-b.value)*a.weight)
	})
	weight, size := 0.0, 0
	for k := range items {
		items[k].by = 1
		weight += items[k].weight
		if size++; weight > capacity+slack {
			break
		}
	}
	if weight <= capacity+slack {
		return nil
	}
	for k := size - 1; k >= 0; k-- { // drop items that the cover does not need
		if weight-items[k].weight > capacity+slack {
			weight -= items[k].weight
			items[k].by = 0
		}
	}
	return r.lifted(items, capacity)
}

// lifted lifts a minimal cover cut: it gives coefficients to the items outside the cover (whose by
// is 0), one after the other. For this it keeps the least weight with which the left side of the
// lifted row reaches each value (Zemel 1989).
func (r *rounding) lifted(items []item, capacity float64) *cut {
	var weights []float64
	var outside []int
	for k, it := range items {
		if it.by > 0 {
			weights = append(weights, it.weight)
		} else {
			outside = append(outside, k)
		}
	}
	slices.Sort(weights)
	least := make([]float64, len(weights)+1)
	for k, v := range weights {
		least[k+1] = least[k] + v
	}
	right := len(weights) - 1
	slices.SortStableFunc(outside, func(a, b int) int { return cmp.Compare(items[b].value, items[a].value) })
	slack := float64(sameTolerance * (1 + capacity))
	for _, k := range outside {
		room := capacity - items[k].weight + slack
		most := -1 // stays −1 if the item does not fit alone
		for most < right && least[most+1] <= room {
			most++
		}
		by := right - most
		if by == 0 {
			continue
		}
		items[k].by = float64(by)
		for v := len(least) - 1; v >= 0; v-- {
			least[v] = min(least[v], least[max(0, v-by)]+items[k].weight)
		}
	}
	return r.itemCut(items, float64(right))
}
