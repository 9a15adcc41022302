package characterize

import (
	"math"
	"time"
)

// withoutChance removes the random variation of counts from the rates of steps. A synthetic
// workload adds the same random variation again. So its counts vary as much as those of the trace,
// over short and over long times. Steady is the index of dispersion of counts at a constant rate.
//
// Time is halved again and again (the multiscale model of Kolaczyk, "Bayesian multiscale models for
// Poisson processes", JASA 1999). The two halves of a part have unequal shares of its instants,
// partly by chance and partly because rates change. On each scale, all shares move towards an even
// share, until they vary only as much as the rates do. Shares that are too uneven to come from
// chance stay unchanged.
func withoutChance(rates []float64, step time.Duration, steady float64) []float64 {
	c := chance{sums: make([]float64, len(rates)+1), steady: steady, out: make([]float64, len(rates))}
	for i, r := range rates {
		c.sums[i+1] = c.sums[i] + r*step.Seconds()
	}
	c.measure(0, len(rates), 0)
	for i, s := range c.scales {
		if s.seen > 0 {
			c.scales[i].kept = math.Sqrt(max(0, 1-s.chance/s.seen))
		}
	}
	c.share(0, len(rates), 0, c.sums[len(rates)])
	for i := range c.out {
		c.out[i] /= step.Seconds()
	}
	return c.out
}

type chance struct {
	sums   []float64 // number of instants before each step
	steady float64
	scales []scale
	out    []float64
}

// scale sums up the differences between the halves of all parts with the same length.
type scale struct {
	seen   float64 // sum of the squared differences from even shares
	chance float64 // expected part of seen that is due to chance
	kept   float64 // factor on the differences that removes this part
}

// sure is the square of the number of standard deviations above which a difference of two halves is
// not attributed to chance.
const sure = 9

// halves compares the steps [from, half) with [half, to):
//
//   - even: share of [from, half) in the time
//   - left: share of [from, half) in the instants
//   - seen: square of the number of instants by which [from, half) exceeds its even share
//   - chance: expected value of seen at a constant rate
func (c *chance) halves(from, half, to int) (even, left, seen, chance float64) {
	even = float64(half-from) / float64(to-from)
	all := c.sums[to] - c.sums[from]
	if all <= 0 {
		return even, even, 0, 0
	}
	left = (c.sums[half] - c.sums[from]) / all
	return even, left, all * all * (left - even) * (left - even), c.steady * all * even * (1 - even)
}

// measure adds the steps [from, to), and their halves down to single steps, to the scales.
func (c *chance) measure(from, to, depth int) {
	if to-from < 2 {
		return
	}
	if depth == len(c.scales) {
		c.scales = append(c.scales, scale{})
	}
	half := (from + to) / 2
	if _, _, seen, chance := c.halves(from, half, to); seen < sure*chance {
		c.scales[depth].seen += seen
		c.scales[depth].chance += chance
	}
	c.measure(from, half, depth+1)
	c.measure(half, to, depth+1)
}

// share distributes a number of instants over the steps [from, to).
func (c *chance) share(from, to, depth int, instants float64) {
	if to-from < 2 {
		c.out[from] = instants
		return
	}
	half := (from + to) / 2
	part, left, seen, chance := c.halves(from, half, to)
	switch {
	case seen >= sure*chance && chance > 0:
		part = left
	case chance > 0:
		part += c.scales[depth].kept * (left - part)
	}
	c.share(from, half, depth+1, instants*part)
	c.share(half, to, depth+1, instants*(1-part))
}
