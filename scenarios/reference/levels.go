package reference

import (
	"context"
	"slices"
)

// bracket holds the bounds of the level of one group of models. The objectives of the group are
// missed at low and kept at high.
type bracket struct {
	low, high int // −1 and the number of levels while unknown
	start     int // first level to try
	step      int // distance of the next try from the known side; doubles each time
}

// next returns the next level to try, and whether there is one.
func (b *bracket) next(levels int) (int, bool) {
	switch {
	case b.high == levels && b.low == levels-1, b.high-b.low <= 1:
		return 0, false
	case b.low < 0 && b.high == levels:
		return b.start, true
	case b.high == levels: // every level tried so far misses
		return min(b.low+b.step, levels-1), true
	case b.low < 0: // every level tried so far keeps
		return max(b.high-b.step, 0), true
	}
	return (b.low + b.high) / 2, true
}

// tell records whether the objectives were kept at a level.
func (b *bracket) tell(level int, kept bool) {
	if b.low >= 0 || b.high <= level { // one side is known
		b.step *= 2
	}
	if kept {
		b.high = min(b.high, level)
	} else {
		b.low = max(b.low, level)
	}
}

// settle finds for every group of models the lowest level at which its objectives are kept. The
// groups share the runs: each try has a level for every group. The search begins at the levels
// start. Its first steps have the size step. For a group that misses even at the highest level, it
// returns this level, and false in kept.
func settle(ctx context.Context, levels int, start []int, step int, try func(level []int) (kept []bool, err error)) (found []int, kept []bool, err error) {
	all := make([]bracket, len(start))
	for g := range all {
		all[g] = bracket{-1, levels, start[g], step}
	}
	for {
		at, open := make([]int, len(all)), false
		for g := range all {
			b := &all[g]
			level, more := b.next(levels)
			if !more {
				level = min(b.high, levels-1)
			}
			at[g], open = level, open || more
		}
		if !open {
			found, kept = at, make([]bool, len(at))
			for g := range all {
				kept[g] = all[g].high < levels
			}
			return found, kept, ctx.Err()
		}
		good, err := try(slices.Clone(at))
		if err != nil {
			return nil, nil, err
		}
		for g := range all {
			if _, more := all[g].next(levels); more {
				all[g].tell(at[g], good[g])
			}
		}
	}
}
