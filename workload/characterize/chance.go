package characterize

import (
	"math"
	"time"
)

// withoutChance removes the variation by chance from the rates of steps. A synthetic workload adds
// the same variation by chance again. So it varies as much as the trace, over short times and over
// long ones. Steady is the index of dispersion of counts at a constant rate.
//
// Time is halved again and again (the multiscale model of Kolaczyk, "Bayesian multiscale models for
// Poisson processes", JASA 1999). Two halves of a part have unequal shares of its instants, partly
// by chance and partly because rates change. On each scale the shares move towards the even share
// until they vary only as much as the rates do. Shares that chance can hardly explain stay.
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
	sums   []float64 // instants before each step
	steady float64
	scales []scale
	out    []float64
}

// scale is the differences between the halves of parts of one length.
type scale struct {
	seen   float64 // sum of their squared differences from even shares
	chance float64 // what chance adds to that
	kept   float64
}

// sure is the number of squared standard deviations above which a difference of two halves is not
// taken for chance.
const sure = 9

// halves compares the steps [from, half) with [half, to):
//
//   - even: their part of the time
//   - left: their part of the instants
//   - seen: the square of the instants that they have above their part of the time
//   - chance: what chance adds to that
func (c *chance) halves(from, half, to int) (even, left, seen, chance float64) {
	even = float64(half-from) / float64(to-from)
	all := c.sums[to] - c.sums[from]
	if all <= 0 {
		return even, even, 0, 0
	}
	left = (c.sums[half] - c.sums[from]) / all
	return even, left, all * all * (left - even) * (left - even), c.steady * all * even * (1 - even)
}

// measure fills in the scales for the part of the steps [from, to).
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

// share gives the number of instants to the steps [from, to).
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
