package portrait

import (
	"math"
	"time"

	"wavetank/sim/kernel"
)

const (
	coarse    = 0.05 // share of gaps of zero from which on a grid hides how requests come
	onGrid    = 0.95 // share of the gaps above zero that a grid explains
	offGrid   = 0.1  // steps that a gap may be off the grid
	multiples = 5    // up to so many steps a gap can be told to lie on the grid, as gaps are known to a 64th
	fewGaps   = 10   // up to five steps long that a grid is told from, at least
	cells     = 4    // steps of a window whose counts say how bursty requests on a grid are
)

// Grid is the step of the grid that the instants lie on, to three digits, where it is so coarse that the gaps are those of
// the grid: many are zero, and the others whole steps. It is 0 where there is none. Requests that really come
// in bulks at even intervals look the same.
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

// gridded returns the counts of windows of a length. Instants on a grid may be a little early, so that a window begins
// half a step before the grid.
type gridded struct {
	Windows
	early kernel.Time
}

func newGridded(window, step time.Duration) *gridded {
	return &gridded{Windows: Windows{length: kernel.Time(window), each: &Lengths{}}, early: kernel.Time(step / 2)}
}

func (g *gridded) add(at kernel.Time) { g.Windows.add(at + g.early) }
