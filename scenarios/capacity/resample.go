package capacity

import (
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// course is the requests of a run before it has a rate: blocks of a sample one behind the other.
// Each pass over the sample takes its blocks in a random order of its own (block bootstrap without
// replacement; Künsch, "The jackknife and the bootstrap for general stationary observations",
// Annals of Statistics, 1989). A sample whose order matters is passed once, as it is. So
// equal courses have equal requests at every rate (common random numbers).
type course struct {
	sample *sample
	blocks []int32 // where each block begins
	length int     // of a block
	before int     // requests that do not count, at the beginning
	count  int     // requests, those included
	span   float64 // sum of their gaps
}

// newCourse returns a course of so many requests that count, and some before them. The stream draws
// the order of the blocks.
func newCourse(s *sample, counted, before int, stream *kernel.Stream) *course {
	c := &course{sample: s, length: len(s.requests), before: before, count: before + counted}
	if s.inOrder {
		c.blocks = []int32{0}
	} else {
		c.shuffle(stream)
	}
	left := c.count
	for _, from := range c.blocks {
		n := min(left, c.length)
		for _, gap := range s.gaps[from : int(from)+n] {
			c.span += gap
		}
		left -= n
	}
	return c
}

// shuffle lists blocks, pass after pass, until there are enough.
func (c *course) shuffle(stream *kernel.Stream) {
	all := len(c.sample.requests)
	c.length = min(c.sample.block(), max(1, all/8))
	each := all / c.length
	for len(c.blocks)*c.length < c.count {
		pass := len(c.blocks)
		for i := range each {
			c.blocks = append(c.blocks, int32(i*c.length))
			at := pass + stream.IntN(i+1)
			c.blocks[pass+i], c.blocks[at] = c.blocks[at], c.blocks[pass+i]
		}
	}
}

// at returns the requests of the course at a rate per second, which is exact in the mean.
func (c *course) at(rate float64) *replayed {
	return &replayed{course: c, unit: 1e9 * float64(c.count) / (rate * max(c.span, 1e-9))}
}

// replayed is a course at a rate. It is the stream of arrivals of a run.
type replayed struct {
	*course
	unit    float64 // nanoseconds of a relative gap of 1
	now     float64 // nanoseconds
	block   int
	within  int
	made    int
	stopped bool
}

// stop ends the stream early.
func (a *replayed) stop() { a.stopped = true }

// Next implements sim.Arrivals.
func (a *replayed) Next(r *fleet.Request) bool {
	if a.made == a.count || a.stopped {
		return false
	}
	i := int(a.blocks[a.block]) + a.within
	if a.within++; a.within == a.length {
		a.block, a.within = a.block+1, 0
	}
	a.made++
	a.now += a.sample.gaps[i] * a.unit
	*r = a.sample.requests[i]
	r.Arrival = kernel.Time(a.now)
	r.Entered = r.Arrival
	return true
}

// Err implements sim.Arrivals.
func (a *replayed) Err() error { return nil }
