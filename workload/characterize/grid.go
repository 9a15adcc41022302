package characterize

import (
	"math"
	"math/bits"
	"time"

	"wavetank/sim/kernel"
)

const (
	coarse    = 0.05 // a grid is searched only if at least this share of the gaps is 0
	onGrid    = 0.95 // share of the gaps above 0 that must lie on the grid
	offGrid   = 0.1  // how many steps a gap may be off the grid
	multiples = 5    // only gaps up to this many steps are checked, because gaps are known to 1/64
	fewGaps   = 10   // least number of such gaps
	several   = 4    // least steps of the grid in a window of counts
	mostCells = 1e5  // most windows of counts
)

// Grid returns the step of the grid on which all instants lie, to three digits. A grid is found
// only if it is coarse: many gaps are 0, and the others are whole steps. Otherwise Grid returns 0.
// Requests that really come in bulks at even intervals look the same.
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
	for range 3 { // each round makes the step more precise
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

// middle returns the middle of a bin above the first, in nanoseconds.
func middle(i int) float64 { return (edge(i-1) + edge(i) - 1) / 2 }

// cells spreads the instants at a point of a grid over the step around it.
type cells struct {
	step kernel.Time // 0: instants are not moved
	cell kernel.Time // number of the last cell
	n    uint64      // instants in this cell
}

// even moves the instants of a cell apart. Each goes into the middle of the longest free part of
// the cell (van der Corput sequence).
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
