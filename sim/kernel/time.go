package kernel

import (
	"math"
	"time"
)

// Time is an instant of the simulated clock: nanoseconds since the run began.
type Time int64

// Never is an instant later than every event. It stands for an instant that does not exist.
const Never Time = math.MaxInt64

// Add returns the instant d after t. It saturates at Never.
func (t Time) Add(d time.Duration) Time {
	sum := t + Time(d)
	if t == Never || d > 0 && sum < t {
		return Never
	}
	return sum
}

// Sub returns the span from u to t.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t - u) }

// Seconds returns t in seconds since the run began.
func (t Time) Seconds() float64 { return float64(t) / 1e9 }

// String writes t as a span since the run began, for example "1m30s".
func (t Time) String() string {
	if t == Never {
		return "never"
	}
	return time.Duration(t).String()
}

// Seconds converts a span in seconds to the nearest nanosecond. It saturates at the largest span
// instead of wrapping, so that a draw from a heavy tail never turns negative.
func Seconds(s float64) time.Duration {
	ns := math.Round(s * 1e9)
	switch {
	case ns >= math.MaxInt64:
		return math.MaxInt64
	case ns <= math.MinInt64:
		return math.MinInt64
	}
	return time.Duration(ns)
}
