package characterize

import (
	"math"
	"math/bits"

	"wavetank/sim/kernel"
)

// Gaps is the distribution of the times between requests. Its bins are as wide as a 64th of their
// place, at most.
type Gaps struct {
	n         int64
	zero      int64
	sum, sum2 float64 // seconds
	before    float64 // the last gap above zero, seconds
	pairs     float64 // of gaps above zero
	local     float64 // sum of their squared relative differences
	bins      [64 * fine]int64
}

const fine = 64 // bins of a power of two

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

// bin numbers the sizes: those below fine one by one, then fine of them to a power of two.
func bin(v uint64) int {
	if v < fine {
		return int(v)
	}
	shift := bits.Len64(v) - bits.Len64(fine)
	return shift*fine + int(v>>shift)
}

// Variation returns the coefficient of variation of the gaps. It is 1 for Poisson arrivals, and NaN
// if there is no gap or all are zero.
func (g *Gaps) Variation() float64 { return variation(float64(g.n), g.sum, g.sum2) }

func variation(n, sum, sum2 float64) float64 {
	mean := sum / n
	if !(mean > 0) {
		return math.NaN()
	}
	return math.Sqrt(max(0, sum2/n-mean*mean)) / mean
}

// Local returns the coefficient of variation of a gamma renewal process whose neighbouring gaps
// differ as much as these. Gaps of zero are left out. It hardly sees that a rate changes slowly.
//
// It follows from the local variation Lv of Shinomoto, Shima and Tanji, "Differences in spiking
// patterns among cortical neurons" (Neural Computation 2003): that of a gamma process of shape k is
// 3/(2k + 1). It returns NaN for fewer than two gaps.
func (g *Gaps) Local() float64 {
	lv := 3 * g.local / g.pairs
	return math.Sqrt(2 * lv / max(3-lv, 1e-4))
}

// Zero is the share of gaps that are zero; NaN if there is no gap.
func (g *Gaps) Zero() float64 { return float64(g.zero) / float64(g.n) }

// Distance returns the Kolmogorov–Smirnov distance of two distributions of gaps: the largest
// difference of their distribution functions at the ends of bins. It returns NaN if one has no
// gap.
func (g *Gaps) Distance(o *Gaps) float64 { return distance(g.bins[:], o.bins[:], g.n, o.n) }

// distance is that of two histograms over the same bins.
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
