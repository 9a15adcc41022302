package classic

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// BinPacking is the problem of putting items into as few bins of the same capacity as possible.
type BinPacking struct {
	Capacity int
	Sizes    []int // sizes of the items, each from 1 to Capacity
}

// Packed is a packing with a lower bound, which limits how much better another packing can be.
type Packed struct {
	Bins  [][]int // the items of each bin, by their index
	Bound int     // no packing has fewer bins than this
}

// Validate returns an error for every item whose size is not from 1 to the capacity, joined.
func (p BinPacking) Validate() error {
	var faults []error
	for i, size := range p.Sizes {
		if size < 1 || size > p.Capacity {
			faults = append(faults, fmt.Errorf("item %d has size %d; it must be from 1 to the capacity, %d", i, size, p.Capacity))
		}
	}
	return errors.Join(faults...)
}

// mostCells bounds the table of the dynamic program that generates patterns: the capacity times the
// number of items. A cell takes 4 bytes.
const mostCells = 1 << 20

// Solve returns a packing with few bins, and a lower bound. In most cases the number of bins equals
// the bound, which proves that the packing is optimal. Solve takes these steps one after the other,
// until this is so:
//
//  1. Best fit of the largest items first, and the bound L2 of Martello and Toth (1990).
//  2. The linear program over all patterns of a bin, by column generation (Gilmore and Gomory
//     1961). Its bound is rarely a whole bin below the best packing.
//  3. Dives: bins are filled with patterns of the linear program, which is then solved again for
//     the remaining items.
//  4. The mixed-integer program over all patterns that were generated.
//
// If the capacity times the number of items is above mostCells (about a million), only the first
// step is done. The error is that of Validate. If the context ends, Solve returns the best packing
// so far.
func (p BinPacking) Solve(ctx context.Context) (Packed, error) {
	if err := p.Validate(); err != nil {
		return Packed{}, err
	}
	best := Packed{p.bestFit(), p.simpleBound()}
	if len(best.Bins) == best.Bound || p.Capacity > mostCells/len(p.Sizes) {
		return best, nil
	}
	c := newCutting(p)
	for _, bin := range best.Bins {
		c.add(c.patternOf(bin))
	}
	best.Bound = max(best.Bound, c.generate(ctx, 0))
	for turn := range mostDives {
		if len(best.Bins) <= best.Bound {
			return best, nil
		}
		if patterns := c.dive(ctx, len(best.Bins), turn); patterns != nil {
			best.Bins = c.fill(patterns)
		}
	}
	if patterns := c.combine(ctx, best.Bound, len(best.Bins)); patterns != nil {
		best.Bins = c.fill(patterns)
	}
	return best, nil
}

// descending returns the items, the largest first.
func (p BinPacking) descending() []int {
	order := make([]int, len(p.Sizes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p.Sizes[b], p.Sizes[a]) })
	return order
}

// bestFit packs the items, the largest first, each into the fullest bin with room.
func (p BinPacking) bestFit() (bins [][]int) {
	var room []int
	for _, i := range p.descending() {
		at := -1
		for k, left := range room {
			if left >= p.Sizes[i] && (at < 0 || left < room[at]) {
				at = k
			}
		}
		if at < 0 {
			at = len(bins)
			bins, room = append(bins, nil), append(room, p.Capacity)
		}
		bins[at] = append(bins[at], i)
		room[at] -= p.Sizes[i]
	}
	return bins
}

// simpleBound returns the lower bound L2, the largest of one bound for each size k up to half the
// capacity. For a size k it counts bins in three parts:
//
//   - Items larger than capacity − k need a bin each, and leave no room for items of size k or
//     more.
//   - Other items larger than half the capacity need a bin each, too.
//   - The remaining items of size k or more need further bins as far as they do not fit into the
//     bins of the second part.
func (p BinPacking) simpleBound() int {
	bound := 0
	for _, k := range append([]int{0}, p.Sizes...) {
		if 2*k > p.Capacity {
			continue
		}
		alone, large, largeSum, smallSum := 0, 0, 0, 0
		for _, size := range p.Sizes {
			switch {
			case size > p.Capacity-k:
				alone++
			case 2*size > p.Capacity:
				large++
				largeSum += size
			case size >= k:
				smallSum += size
			}
		}
		further := smallSum - (large*p.Capacity - largeSum)
		bound = max(bound, alone+large+max(0, (further+p.Capacity-1)/p.Capacity))
	}
	return bound
}
