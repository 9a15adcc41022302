package metrics

import (
	"time"

	"wavetank/sim/kernel"
)

// grid holds the steps of time series. They have equal length and begin at 0. The last step is cut
// at the end.
type grid struct {
	step  time.Duration
	until kernel.Time
}

// count returns the number of steps.
func (g grid) count() int { return int((int64(g.until) + int64(g.step) - 1) / int64(g.step)) }

// begin and end return the first and the last instant of a step.
func (g grid) begin(i int) kernel.Time { return kernel.Time(i) * kernel.Time(g.step) }
func (g grid) end(i int) kernel.Time   { return min(g.begin(i+1), g.until) }

// seconds returns the length of a step.
func (g grid) seconds(i int) float64 { return g.end(i).Sub(g.begin(i)).Seconds() }

// spread adds to every step the integral over time (value × seconds) of a value that goes linearly
// from first to last between two instants.
func (g grid) spread(cells []float64, from, until kernel.Time, first, last float64) {
	whole := until.Sub(from).Seconds()
	if until = min(until, g.until); until <= from {
		return
	}
	for i := int(int64(from) / int64(g.step)); i < len(cells) && g.begin(i) < until; i++ {
		a, b := max(from, g.begin(i)), min(until, g.end(i))
		middle := first
		if last != first {
			middle += (last - first) * (a.Sub(from) + b.Sub(from)).Seconds() / 2 / whole
		}
		cells[i] += middle * b.Sub(a).Seconds()
	}
}

// integralSeries is a piecewise constant function of time, integrated over every step of a grid.
type integralSeries struct {
	level float64
	since kernel.Time
	cells []float64 // per step: level × seconds
}

func (s *integralSeries) add(g grid, now kernel.Time, change float64) {
	s.advance(g, now)
	s.level = changed(s.level, change)
}

func (s *integralSeries) set(g grid, now kernel.Time, level float64) {
	s.advance(g, now)
	s.level = level
}

func (s *integralSeries) advance(g grid, now kernel.Time) {
	if s.level != 0 {
		g.spread(s.cells, s.since, now, s.level, s.level)
	}
	s.since = now
}

// levelSeries is a number that is recorded at the end of every step of a grid, before anything else
// happens at that instant.
type levelSeries struct {
	level float64
	next  int       // step that ends next
	cells []float64 // per step: the number at its end
}

func (t *levelSeries) add(g grid, now kernel.Time, change float64) {
	t.advance(g, now)
	t.level += change
}

func (t *levelSeries) advance(g grid, now kernel.Time) {
	for t.next < len(t.cells) && g.end(t.next) <= now {
		t.cells[t.next] = t.level
		t.next++
	}
}
