package characterize

import (
	"time"

	"wavetank/sim/kernel"
)

// Curve holds the counts of requests in windows of equal length. The length grows with the stream,
// so that there are never more than mostWindows windows.
type Curve struct {
	Step   time.Duration // length of a window; the first begins at the first request
	Counts []int64
	place  int // index of Step in steps
}

// steps are the lengths of windows. Each is a multiple of the one before. After the last, lengths
// double.
var steps = []time.Duration{
	time.Millisecond, 2 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond,
	time.Second, 2 * time.Second, 10 * time.Second, 20 * time.Second, time.Minute, 2 * time.Minute, 10 * time.Minute, 20 * time.Minute, time.Hour,
}

// round are the lengths of windows that reports prefer, in seconds or minutes.
var round = []time.Duration{1, 2, 5, 10, 15, 20, 30}

const mostWindows = 8192

func (c *Curve) add(at kernel.Time) {
	for int64(at)/int64(c.Step) >= mostWindows {
		c.grow()
	}
	place := int(int64(at) / int64(c.Step))
	for len(c.Counts) <= place {
		c.Counts = append(c.Counts, 0)
	}
	c.Counts[place]++
}

// grow makes windows longer.
func (c *Curve) grow() {
	next := 2 * c.Step
	if c.place++; c.place < len(steps) {
		next = steps[c.place]
	}
	each := int(next / c.Step)
	for i, n := range c.Counts {
		c.Counts[i] = 0
		c.Counts[i/each] += n
	}
	c.Counts = c.Counts[:(len(c.Counts)+each-1)/each]
	c.Step = next
}

// Coarse returns the rates per second in longer windows of equal length, and this length. Most is
// the largest number of windows. It prefers a round length. The last window may end after the
// stream.
func (c *Curve) Coarse(most int) (time.Duration, []float64) {
	each := max(1, (len(c.Counts)+most-1)/max(1, most))
	for _, unit := range []time.Duration{time.Millisecond, 100 * time.Millisecond, time.Second, time.Minute, time.Hour} {
		for _, r := range round {
			if step := r * unit; step%c.Step == 0 && int(step/c.Step) >= each {
				return c.inWindows(int(step / c.Step))
			}
		}
	}
	return c.inWindows(each)
}

func (c *Curve) inWindows(each int) (time.Duration, []float64) {
	step := c.Step * time.Duration(each)
	rates := make([]float64, (len(c.Counts)+each-1)/each)
	for i, n := range c.Counts {
		rates[i/each] += float64(n) / step.Seconds()
	}
	return step, rates
}
