// Package histogram holds distributions of times in little memory. Values are exact to 0.1 %.
// Requests that never finished count as infinite.
package histogram

import (
	"math"
	"time"
)

// Latencies is a distribution of latencies. Requests that did not finish within 52 days count as
// infinite. Quantiles are exact to 0.1 % of the value.
type Latencies struct {
	histogram histogram // nanoseconds
	infinite  int64
	sum       float64 // sum of the finite values, nanoseconds
}

// NewLatencies returns an empty distribution.
func NewLatencies() *Latencies { return &Latencies{} }

// Add counts one latency.
func (l *Latencies) Add(d time.Duration) {
	l.sum += float64(d)
	if !l.histogram.add(int64(d), 1) {
		l.infinite++
	}
}

// AddMany counts n equal latencies, in nanoseconds. They are counted as whole nanoseconds, halves
// rounded up.
func (l *Latencies) AddMany(nanoseconds float64, n int64) {
	l.sum += nanoseconds * float64(n)
	if !l.histogram.add(int64(nanoseconds+0.5), n) {
		l.infinite += n
	}
}

// AddNever counts a request that never finished.
func (l *Latencies) AddNever() { l.infinite++ }

// Merge adds another distribution to this one, exactly.
func (l *Latencies) Merge(other *Latencies) {
	l.histogram.merge(&other.histogram)
	l.infinite += other.infinite
	l.sum += other.sum
}

// Finished returns the number of finite latencies.
func (l *Latencies) Finished() int64 { return l.histogram.total }

// Count returns the number of latencies, including infinite latencies.
func (l *Latencies) Count() int64 { return l.Finished() + l.infinite }

// Mean returns the mean of the finite latencies in seconds, or NaN if there is none.
func (l *Latencies) Mean() float64 { return l.sum / 1e9 / float64(l.Finished()) }

// Quantile returns the smallest latency, in seconds, that a share of all requests does not exceed.
// It returns +Inf if too few requests finished, and NaN if there are no requests.
func (l *Latencies) Quantile(share float64) float64 {
	if l.Count() == 0 {
		return math.NaN()
	}
	rank := max(1, int64(math.Ceil(share*float64(l.Count())-1e-9)))
	if rank > l.Finished() {
		return math.Inf(1)
	}
	return float64(l.histogram.value(rank)) / 1e9
}
