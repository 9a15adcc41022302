package integer

import (
	"cmp"
	"slices"
)

// cover returns the lifted cover cut of a knapsack that is found by a greedy search, nil if there
// is none that the relaxation violates.
func (r *rounding) cover(items []item, capacity float64) *cut {
	slack := sameTolerance * (1 + capacity)
	// Cheapest per weight first: what a column lacks to 1 counts against the cut.
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
	for k := size - 1; k >= 0; k-- { // a minimal cover has no item to spare
		if weight-items[k].weight > capacity+slack {
			weight -= items[k].weight
			items[k].by = 0
		}
	}
	return r.lifted(items, capacity)
}

// lifted lifts the items outside of a minimal cover, those by 0, one by one, by the least weight
// with which the lifted row reaches each value (Zemel 1989).
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
	slack := sameTolerance * (1 + capacity)
	for _, k := range outside {
		room := capacity - items[k].weight + slack
		most := -1 // it stays there if the item does not fit alone
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
