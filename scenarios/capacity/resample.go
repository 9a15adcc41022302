package capacity

import (
	"math"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// course is the sequence of requests of a run, without a rate. It consists of random blocks of a
// sample, one after another (the moving block bootstrap; Künsch, "The jackknife and the bootstrap
// for general stationary observations", Annals of Statistics, 1989). If the order of the sample
// matters, the whole sample is the only block. A course has the same requests at every rate (common
// random numbers).
type course struct {
	sample *sample
	blocks []int32 // first request of each block
	length int     // requests in a block
	before int     // requests at the beginning that do not count
	count  int     // all requests, with those that do not count
	mean   float64 // the gaps are divided by it; 1: not scaled
}

// newCourse returns a course with the given numbers of requests that count, and of requests before
// them. It draws the blocks from the stream.
func newCourse(s *sample, counted, before int, stream *kernel.Stream) *course {
	all := len(s.requests)
	c := &course{sample: s, before: before, count: before + counted, mean: 1, length: all, blocks: []int32{0}}
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

// center scales all gaps by one factor, such that the course brings as much work per time as the
// whole sample at the same rate. work is the mean work of requests of some mean lengths.
func (c *course) center(work func(fleet.PlannedLengths) float64) {
	var mean fleet.PlannedLengths
	n := float64(c.count)
	c.each(func(i int) {
		mean.Input += float64(c.sample.requests[i].Input) / n
		mean.Output += float64(c.sample.requests[i].Output) / n
	})
	if scale := c.span() / n / (work(mean) / work(c.sample.mean)); scale > 0 && !math.IsInf(scale, 1) {
		c.mean = scale
	}
}

// each calls f with the index of every request of the course, in order.
func (c *course) each(f func(i int)) {
	left := c.count
	for _, from := range c.blocks {
		n := min(left, c.length)
		for i := int(from); i < int(from)+n; i++ {
			f(i)
		}
		left -= n
	}
}

// span returns the sum of all gaps before they are scaled, as a multiple of the wanted mean gap.
func (c *course) span() (sum float64) {
	c.each(func(i int) { sum += c.sample.gaps[i] })
	return sum
}

// first returns the first of the requests that arrive at the same instant as the given one. A block
// must not begin among them, because its first requests would then arrive together with the end of
// the block before.
func (s *sample) first(at int32) int32 {
	for s.clump > 1 && at > 0 && s.gaps[at] == 0 {
		at--
	}
	return at
}

// at returns the requests of the course at a rate, in requests per second.
func (c *course) at(rate float64) *replayed {
	a := &replayed{course: c, unit: 1e9 / (rate * c.mean), from: c.before, to: c.count}
	if c.sample.talks != nil {
		a.list = c.sample.talks.at(rate, c.count)
		a.from, a.to = min(c.before, len(a.list)/3), len(a.list)
	}
	return a
}

// replayed is a course at a rate. It is the stream of arrivals of a run.
type replayed struct {
	*course
	list    []turn  // turns of conversations; nil: no conversations
	from    int     // number of the first request that counts
	to      int     // number of all requests
	unit    float64 // mean gap in nanoseconds
	now     float64 // instant of the last request, in nanoseconds
	block   int
	within  int
	made    int
	ended   int // requests that have ended so far
	crowd   int // requests in flight at which the run stops; 0: no limit
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
		i = 0 // all are equal; the first is in the cache
	}
	*r = a.sample.requests[i]
	r.Arrival = kernel.Time(a.now)
	r.Entered = r.Arrival
	return true
}

// Err implements sim.Arrivals.
func (a *replayed) Err() error { return nil }

// ends returns an instant after the last arrival.
func (a *replayed) ends() time.Duration {
	if a.list != nil {
		return a.list[len(a.list)-1].at + time.Second
	}
	return time.Duration(a.span()*a.unit) + time.Second
}
