package characterize

import (
	"math"

	"wavetank/workload/distribution"
)

// LengthCounts counts the lengths of inputs or of outputs, in tokens.
type LengthCounts struct {
	n         int64
	sum, sum2 float64
	counts    []int64 // number of requests by length
}

// longest is the largest length that is counted. Longer lengths count as this length.
const longest = distribution.LargestCount

func (l *LengthCounts) add(v int32) { l.addMany(v, 1) }

// addMany adds a length that occurs a number of times.
func (l *LengthCounts) addMany(v int32, times int64) {
	if times <= 0 {
		return
	}
	l.n += times
	l.sum += float64(times) * float64(v)
	l.sum2 += float64(times) * float64(v) * float64(v)
	place := int(min(v, longest))
	if place >= len(l.counts) {
		grown := make([]int64, max(place+1, min(longest+1, 2*len(l.counts))))
		copy(grown, l.counts)
		l.counts = grown
	}
	l.counts[place] += times
}

// Mean returns the mean length.
func (l *LengthCounts) Mean() float64 { return l.sum / float64(l.n) }

// Variation returns the coefficient of variation. It is NaN if all lengths are 0.
func (l *LengthCounts) Variation() float64 { return variation(float64(l.n), l.sum, l.sum2) }

// Quantile returns the smallest length that at least the given share of the lengths, in [0, 1],
// does not exceed.
func (l *LengthCounts) Quantile(share float64) int {
	below := int64(0)
	for v, n := range l.counts {
		if below += n; below > 0 && float64(below) >= share*float64(l.n) {
			return v
		}
	}
	return max(0, len(l.counts)-1)
}

// Min returns the smallest length.
func (l *LengthCounts) Min() int { return l.Quantile(0) }

// Max returns the largest length, at most distribution.LargestCount.
func (l *LengthCounts) Max() int { return l.Quantile(1) }

// Share returns the share of lengths from low to high − 1.
func (l *LengthCounts) Share(low, high int) float64 {
	n := int64(0)
	for v := low; v < min(high, len(l.counts)); v++ {
		n += l.counts[v]
	}
	return float64(n) / float64(l.n)
}

// Distance is the Kolmogorov–Smirnov distance of two distributions of lengths.
func (l *LengthCounts) Distance(o *LengthCounts) float64 {
	return distance(l.counts, o.counts, l.n, o.n)
}

// against returns the Kolmogorov–Smirnov distance from a distribution on whole numbers. Of is its
// distribution function.
func (l *LengthCounts) against(of func(v int) float64) float64 {
	worst, below := 0.0, int64(0)
	for v, n := range l.counts {
		below += n
		worst = max(worst, math.Abs(float64(below)/float64(l.n)-of(v)))
	}
	return worst
}
