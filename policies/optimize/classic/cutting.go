package classic

import (
	"context"
	"math"
	"slices"

	"wavetank/policies/optimize/integer"
	"wavetank/policies/optimize/linear"
	"wavetank/policies/optimize/program"
)

// cutting is a bin packing problem in which items of equal size are one group. A pattern says how
// many items of each size one bin holds.
type cutting struct {
	capacity int
	sizes    []int   // the different sizes, the largest first
	items    [][]int // per size, the indices of its items
	patterns [][]int
	dual     *linear.Simplex // one column for each size, one row for each pattern
	demand   []int           // per size, number of items still to be packed
	prices   []float64       // per size, its price at the end of generate
	usage    []float64       // how often the linear program uses each pattern, then single items

	value  []float64 // scratch of price: largest worth per capacity
	chosen [][]int32 // scratch of price: number of items per size and capacity
}

func newCutting(p BinPacking) *cutting {
	c := &cutting{capacity: p.Capacity}
	for _, i := range p.descending() {
		if k := len(c.sizes) - 1; k < 0 || c.sizes[k] != p.Sizes[i] {
			c.sizes, c.items = append(c.sizes, p.Sizes[i]), append(c.items, nil)
		}
		k := len(c.sizes) - 1
		c.items[k] = append(c.items[k], i)
	}
	var b program.Builder
	c.demand = make([]int, len(c.sizes))
	for k := range c.sizes {
		c.demand[k] = len(c.items[k])
		b.Column(float64(len(c.items[k])), 0, 1)
	}
	dual := b.Program()
	dual.Maximize = true
	c.dual, _ = linear.New(dual)
	c.value = make([]float64, c.capacity+1)
	c.chosen = make([][]int32, len(c.sizes))
	for k := range c.chosen {
		c.chosen[k] = make([]int32, c.capacity+1)
	}
	return c
}

// patternOf returns the pattern of a bin, which is a list of items.
func (c *cutting) patternOf(bin []int) []int {
	pattern := make([]int, len(c.sizes))
	for k, items := range c.items {
		for _, i := range bin {
			if slices.Contains(items, i) {
				pattern[k]++
			}
		}
	}
	return pattern
}

// add adds a pattern. It returns false if the pattern is in the list already.
func (c *cutting) add(pattern []int) bool {
	if slices.ContainsFunc(c.patterns, func(other []int) bool { return slices.Equal(other, pattern) }) {
		return false
	}
	c.patterns = append(c.patterns, pattern)
	var columns []int
	var values []float64
	for k, n := range pattern {
		if n > 0 {
			columns, values = append(columns, k), append(values, float64(n))
		}
	}
	c.dual.AddRow(math.Inf(-1), 1, columns, values)
	return true
}

// generate solves the linear program over all patterns, and returns a lower bound on the number of
// bins. It solves the dual program, which has a price for each size: the sum of the prices in a
// pattern, its worth, may not exceed 1. As long as the most valuable pattern is worth more than 1,
// it is added to the program. In each round, the prices divided by the worth of this pattern prove
// a lower bound (Farley 1990). It stops early once the bound cannot exceed the parameter enough.
func (c *cutting) generate(ctx context.Context, enough int) (bound int) {
	c.usage = c.usage[:0]
	for ctx.Err() == nil {
		r := c.dual.Solve(ctx, linear.Budget{})
		if r.Status != linear.Optimal {
			return bound
		}
		c.prices = append(c.prices[:0], r.X...)
		c.usage = append(append(c.usage[:0], r.Duals...), r.Reduced...)
		pattern, worth := c.price()
		total := 0.0
		for k, v := range c.prices {
			total += float64(max(v, 0) * float64(c.demand[k]))
		}
		bound = max(bound, int(math.Ceil(total/max(worth, 1e-9)-1e-6)))
		if worth <= 1+1e-9 || int(math.Ceil(total-1e-6)) <= max(bound, enough) {
			return bound
		}
		if !c.add(pattern) {
			return bound
		}
	}
	return bound
}

// price returns the most valuable pattern at the present prices, and its worth, by dynamic
// programming over the capacity.
func (c *cutting) price() (pattern []int, worth float64) {
	clear(c.value)
	for k, size := range c.sizes {
		row := c.chosen[k]
		clear(row)
		if c.prices[k] <= 0 || c.demand[k] == 0 {
			continue
		}
		for at := c.capacity; at >= size; at-- {
			for n := 1; n <= c.demand[k] && n*size <= at; n++ {
				if v := c.value[at-n*size] + float64(float64(n)*c.prices[k]); v > c.value[at] {
					c.value[at], row[at] = v, int32(n)
				}
			}
		}
	}
	pattern = make([]int, len(c.sizes))
	at := c.capacity
	for k := len(c.sizes) - 1; k >= 0; k-- {
		pattern[k] = int(c.chosen[k][at])
		at -= pattern[k] * c.sizes[k]
	}
	return pattern, c.value[c.capacity]
}

// combineNodes bounds the nodes of the search in combine.
const combineNodes = 500

// combine solves the mixed-integer program over the patterns. It returns the patterns of the bins
// of a packing with fewer bins than most, or nil if it found none.
func (c *cutting) combine(ctx context.Context, bound, most int) (used [][]int) {
	var b program.Builder
	for k := range c.sizes {
		b.Row(float64(len(c.items[k])), math.Inf(1))
	}
	all := b.Row(float64(bound), float64(most-1))
	for _, pattern := range c.patterns {
		j := b.Integer(1, 0, math.Inf(1))
		b.Add(all, j, 1)
		for k, n := range pattern {
			if n > 0 {
				b.Add(k, j, float64(n))
			}
		}
	}
	answer, err := integer.Solve(ctx, b.Program(), integer.Terms{Nodes: combineNodes})
	if err != nil || answer.X == nil {
		return nil
	}
	for j, v := range answer.X {
		for range int(v) {
			used = append(used, c.patterns[j])
		}
	}
	return used
}

// fill returns bins with items according to the patterns.
func (c *cutting) fill(patterns [][]int) (bins [][]int) {
	next := make([]int, len(c.sizes))
	for _, pattern := range patterns {
		var bin []int
		for k, n := range pattern {
			for ; n > 0 && next[k] < len(c.items[k]); n-- {
				bin = append(bin, c.items[k][next[k]])
				next[k]++
			}
		}
		if len(bin) > 0 {
			bins = append(bins, bin)
		}
	}
	return bins
}
