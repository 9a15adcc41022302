package capacity

import (
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// course is the requests of a run before their rate is chosen. It is blocks of a sample, each drawn
// at random, one behind the other (the moving block bootstrap; Künsch, "The jackknife and the
// bootstrap for general stationary observations", Annals of Statistics, 1989). A sample whose order
// matters is taken once, as it is. A course has the same requests at every rate (common random
// numbers).
type course struct {
	sample *sample
	blocks []int32 // where each block begins
	length int     // of a block
	before int     // requests that do not count, at the beginning
	count  int     // all requests, including those before
}

// newCourse returns a course of so many requests that count, and others before them. It draws the
// blocks from the stream.
func newCourse(s *sample, counted, before int, stream *kernel.Stream) *course {
	all := len(s.requests)
	c := &course{sample: s, before: before, count: before + counted, length: all, blocks: []int32{0}}
	if s.inOrder {
		return c
	}
	c.length = min(s.block, max(1, all/8))
	c.blocks = make([]int32, (c.count+c.length-1)/c.length)
	for i := range c.blocks {
		c.blocks[i] = s.first(int32(stream.IntN(all - c.length + 1)))
	}
	return c
}

// first returns the first of the requests that come together with one. A block that began between
// them would join them with those at the end of another block.
func (s *sample) first(at int32) int32 {
	for s.clump > 1 && at > 0 && s.gaps[at] == 0 {
		at--
	}
	return at
}

// at returns the requests of the course at a rate per second.
func (c *course) at(rate float64) *replayed {
	a := &replayed{course: c, unit: 1e9 / rate, from: c.before, to: c.count}
	if c.sample.talks != nil {
		a.list = c.sample.talks.at(rate, c.count)
		a.from, a.to = min(c.before, len(a.list)/3), len(a.list)
	}
	return a
}

// replayed is a course at a rate. It is the stream of arrivals of a run.
type replayed struct {
	*course
	list    []turn  // of conversations; nil: no conversations
	from    int     // the first request that counts
	to      int     // requests
	unit    float64 // nanoseconds of a mean gap
	now     float64 // nanoseconds
	block   int
	within  int
	made    int
	ended   int // requests that have ended, as far as the run has told
	crowd   int // number in flight at which too many will miss; 0: no limit
	stopped bool
}

// stop ends the stream early.
func (a *replayed) stop() { a.stopped = true }

// Next implements sim.Arrivals.
func (a *replayed) Next(r *fleet.Request) bool {
	if a.crowd > 0 && a.made-a.ended > a.crowd {
		a.stop()
	}
	if a.made == a.to || a.stopped {
		return false
	}
	if a.list != nil {
		a.sample.talks.fill(a.list[a.made], r)
		a.made++
		return true
	}
	i := int(a.blocks[a.block]) + a.within
	if a.within++; a.within == a.length {
		a.block, a.within = a.block+1, 0
	}
	a.made++
	a.now += a.sample.gaps[i] * a.unit
	if a.sample.alike {
		i = 0 // the one that is at hand
	}
	*r = a.sample.requests[i]
	r.Arrival = kernel.Time(a.now)
	r.Entered = r.Arrival
	return true
}

// Err implements sim.Arrivals.
func (a *replayed) Err() error { return nil }

// ends returns an instant behind the last arrival.
func (a *replayed) ends() time.Duration {
	if a.list != nil {
		return a.list[len(a.list)-1].at + time.Second
	}
	span, left := 0.0, a.count
	for _, from := range a.blocks {
		n := min(left, a.length)
		for _, gap := range a.sample.gaps[from : int(from)+n] {
			span += gap
		}
		left -= n
	}
	return time.Duration(span*a.unit) + time.Second
}
