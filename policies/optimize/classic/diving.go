package classic

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// mostDives bounds the number of dives. Each dive begins with another pattern.
const mostDives = 12

// dive looks for a packing with fewer bins than most. It repeats two steps until all items are
// packed. It first uses each pattern as often as the linear program does, rounded down; if that is
// 0 for all patterns, it uses the most used pattern once. It then solves the linear program for the
// remaining items, and generates new patterns for them. The turn says which pattern is the first to
// be rounded up: the most used one, the second, and so on. It returns the patterns of the bins, or
// nil if the bound for the remaining items is too high.
func (c *cutting) dive(ctx context.Context, most, turn int) (used [][]int) {
	defer c.restore() // the next dive begins with all items
	for left := len(c.items) > 0; left; {
		bound := c.generate(ctx, most-1-len(used))
		if ctx.Err() != nil || len(used)+bound >= most {
			return nil
		}
		order := c.byUsage()
		if len(order) == 0 {
			return nil
		}
		before := len(used)
		for _, j := range order {
			for n := math.Floor(c.usage[j] + 1e-6); n >= 1 && c.take(j); n-- {
				used = append(used, c.pattern(j))
			}
		}
		if len(used) == before {
			j := order[min(turn, len(order)-1)]
			turn = 0
			c.take(j)
			used = append(used, c.pattern(j))
		}
		if left = slices.Max(c.demand) > 0; left {
			c.update()
		}
	}
	return used
}

// pattern returns pattern j. Numbers beyond the list of patterns are patterns of one item.
func (c *cutting) pattern(j int) []int {
	if j < len(c.patterns) {
		return c.patterns[j]
	}
	single := make([]int, len(c.sizes))
	single[j-len(c.patterns)] = 1
	return single
}

// fits reports whether all items of a pattern are still to be packed.
func (c *cutting) fits(pattern []int) bool {
	for k, n := range pattern {
		if n > c.demand[k] {
			return false
		}
	}
	return true
}

// take removes the items of pattern j from the demand. It returns false, and removes none, if the
// demand does not have all of them.
func (c *cutting) take(j int) bool {
	pattern := c.pattern(j)
	if !c.fits(pattern) {
		return false
	}
	for k, n := range pattern {
		c.demand[k] -= n
	}
	return true
}

// byUsage returns the patterns that the linear program uses, the most used first.
func (c *cutting) byUsage() (order []int) {
	for j, v := range c.usage {
		if v > 1e-6 && c.fits(c.pattern(j)) {
			order = append(order, j)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(c.usage[b], c.usage[a]) })
	return order
}

// restore sets the demand to all items.
func (c *cutting) restore() {
	for k, items := range c.items {
		c.demand[k] = len(items)
	}
	c.update()
}

// update writes the demand into the linear program. Patterns with more items than the demand are
// left out.
func (c *cutting) update() {
	for k, n := range c.demand {
		c.dual.SetCost(k, float64(n))
	}
	for j, pattern := range c.patterns {
		upper := math.Inf(1)
		if c.fits(pattern) {
			upper = 1
		}
		c.dual.SetRow(j, math.Inf(-1), upper)
	}
}
