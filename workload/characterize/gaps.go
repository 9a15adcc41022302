package characterize

import (
	"math"
	"math/bits"

	"wavetank/sim/kernel"
)

// Gaps is a histogram of the times between requests. The width of a bin is at most 1/64 of its
// lower end.
type Gaps struct {
	n         int64   // gaps
	zero      int64   // gaps of 0
	sum, sum2 float64 // sums of gaps in seconds, and of their squares
	before    float64 // the last gap above 0, seconds
	pairs     float64 // neighbouring gaps above 0
	local     float64 // sum over pairs of the squared relative differences
	bins      [64 * fine]int64
}

const fine = 64 // bins from one power of two to the next

func (g *Gaps) add(gap kernel.Time) {
	g.n++
	x := gap.Seconds()
	g.sum, g.sum2 = g.sum+x, g.sum2+x*x
	switch {
	case gap == 0:
		g.zero++
	case g.before > 0:
		d := (x - g.before) / (x + g.before)
		g.pairs, g.local = g.pairs+1, g.local+d*d
		fallthrough
	default:
		g.before = x
	}
	g.bins[bin(uint64(gap))]++
}

// bin returns the bin of a value. Values below fine have a bin each. Above, there are fine bins
// from one power of two to the next.
func bin(v uint64) int {
	if v < fine {
		return int(v)
	}
	shift := bits.Len64(v) - bits.Len64(fine)
	return shift*fine + int(v>>shift)
}

// Variation returns the coefficient of variation of the gaps. It is 1 for Poisson arrivals. It is
// NaN if there is no gap or all gaps are 0.
func (g *Gaps) Variation() float64 { return variation(float64(g.n), g.sum, g.sum2) }

func variation(n, sum, sum2 float64) float64 {
	mean := sum / n
	if !(mean > 0) {
		return math.NaN()
	}
	return math.Sqrt(max(0, sum2/n-mean*mean)) / mean
}

// Local returns the coefficient of variation of the gamma renewal process whose neighbouring gaps
// differ as much as these. Gaps of 0 are left out. Slow changes of the rate hardly affect it.
//
// It uses the local variation Lv of Shinomoto, Shima and Tanji, "Differences in spiking patterns
// among cortical neurons" (Neural Computation 2003). For a gamma process with shape k, Lv = 3/(2k +
// 1). It returns NaN for fewer than two gaps.
func (g *Gaps) Local() float64 {
	lv := 3 * g.local / g.pairs
	return math.Sqrt(2 * lv / max(3-lv, 1e-4))
}

// Zero is the share of gaps that are 0. It is NaN if there is no gap.
func (g *Gaps) Zero() float64 { return float64(g.zero) / float64(g.n) }

// Distance returns the Kolmogorov–Smirnov distance of two distributions of gaps: the largest
// difference of their distribution functions at the ends of bins. It returns NaN if one of the two
// has no gap.
func (g *Gaps) Distance(o *Gaps) float64 { return distance(g.bins[:], o.bins[:], g.n, o.n) }

// distance is the Kolmogorov–Smirnov distance of two histograms with the same bins. They have n and
// m values.
func distance(a, b []int64, n, m int64) float64 {
	if n == 0 || m == 0 {
		return math.NaN()
	}
	worst, sumA, sumB := 0.0, int64(0), int64(0)
	for i := range max(len(a), len(b)) {
		if i < len(a) {
			sumA += a[i]
		}
		if i < len(b) {
			sumB += b[i]
		}
		worst = max(worst, math.Abs(float64(sumA)/float64(n)-float64(sumB)/float64(m)))
	}
	return worst
}
