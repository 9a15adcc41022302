package metrics

import (
	"time"

	"wavetank/sim/kernel"
)

// grid is the steps of time series: equal ones from 0 on, the last of which is cut at the end.
type grid struct {
	step  time.Duration
	until kernel.Time
}

// count returns the number of steps.
func (g grid) count() int { return int((int64(g.until) + int64(g.step) - 1) / int64(g.step)) }

// begin and end return the instants between which a step lies.
func (g grid) begin(i int) kernel.Time { return kernel.Time(i) * kernel.Time(g.step) }
func (g grid) end(i int) kernel.Time   { return min(g.begin(i+1), g.until) }

// seconds returns the length of a step.
func (g grid) seconds(i int) float64 { return g.end(i).Sub(g.begin(i)).Seconds() }

// spread adds to every step the integral, in seconds, of a value over the step. Between two
// instants the value goes evenly from first to last.
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

// strand is a step function of time, integrated over every step of a grid.
type strand struct {
	level float64
	since kernel.Time
	cells []float64 // level × seconds
}

func (s *strand) add(g grid, now kernel.Time, change float64) {
	s.advance(g, now)
	s.level = changed(s.level, change)
}

func (s *strand) advance(g grid, now kernel.Time) {
	if s.level != 0 {
		g.spread(s.cells, s.since, now, s.level, s.level)
	}
	s.since = now
}

// tally is a number that is noted whenever a step of a grid ends, ahead of all that happens at that
// instant.
type tally struct {
	level float64
	next  int // step that ends next
	cells []float64
}

func (t *tally) add(g grid, now kernel.Time, change float64) {
	t.advance(g, now)
	t.level += change
}

func (t *tally) advance(g grid, now kernel.Time) {
	for t.next < len(t.cells) && g.end(t.next) <= now {
		t.cells[t.next] = t.level
		t.next++
	}
}
