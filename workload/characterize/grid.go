package characterize

import (
	"math"
	"math/bits"
	"time"

	"wavetank/sim/kernel"
)

const (
	coarse    = 0.05 // share of gaps of zero from which on a grid hides how requests come
	onGrid    = 0.95 // share of the gaps above zero that a grid explains
	offGrid   = 0.1  // steps that a gap may be off the grid
	multiples = 5    // steps up to which a gap, known to a 64th, can be told to lie on the grid
	fewGaps   = 10   // up to five steps long that a grid is told from, at least
	several   = 4    // steps of a window of counts, at least
	mostCells = 1e5  // windows, at most
)

// Grid returns the step of the grid that the instants lie on, to three digits. It returns 0 if
// there is none. The grid is so coarse that the gaps are those of the grid: many are zero, and the
// others whole steps. Requests that really come in bulks at even intervals look the same.
func (g *Gaps) Grid() time.Duration {
	above := g.n - g.zero
	if g.Zero() < coarse || above < fewGaps {
		return 0
	}
	step, below := 0.0, int64(0)
	for i, n := range g.bins[1:] {
		if below += n; 20*below >= above {
			step = middle(i + 1)
			break
		}
	}
	for range 3 { // each time the step is known better
		whole := 0.0
		for i, n := range g.bins[1:] {
			if n > 0 {
				whole += float64(n) * math.Round(middle(i+1)/step)
			}
		}
		if whole == 0 {
			return 0
		}
		step = g.sum * 1e9 / whole
	}
	near, all := int64(0), int64(0)
	for i, n := range g.bins[1:] {
		steps := middle(i+1) / step
		if n == 0 || steps > multiples+0.5 {
			continue
		}
		all += n
		if whole := math.Round(steps); whole > 0 && math.Abs(steps-whole) <= offGrid {
			near += n
		}
	}
	if all < fewGaps || float64(near) < onGrid*float64(all) {
		return 0
	}
	digit := math.Pow(10, math.Floor(math.Log10(step))-2)
	return time.Duration(max(1, math.Round(step/digit)*digit))
}

// middle is that of a bin above the first, nanoseconds.
func middle(i int) float64 { return (edge(i-1) + edge(i) - 1) / 2 }

// cells spreads the instants of the same step of a grid.
type cells struct {
	step kernel.Time // 0: instants stay
	cell kernel.Time // the last one
	n    uint64      // instants in it
}

// even moves instants of a cell apart. Each goes into the middle of the longest part of the cell
// that is free (van der Corput's sequence).
func (c *cells) even(at kernel.Time) kernel.Time {
	if c.step == 0 {
		return at
	}
	if cell := (at + c.step/2) / c.step; cell != c.cell {
		c.cell, c.n = cell, 0
	}
	c.n++
	return c.cell*c.step + kernel.Time(math.Ldexp(float64(bits.Reverse64(c.n)), -64)*float64(c.step))
}
