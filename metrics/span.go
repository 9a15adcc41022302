package metrics

import (
	"math"
	"time"

	"wavetank/sim/kernel"
)

// MeasuredSpan is the measured part of a run. Measured are the requests that arrive in [From,
// Until), the events in (From, Until], and the time between the two. Period is the control period,
// in whose windows load is held against capacity; 0: that of the steps of the series.
type MeasuredSpan struct {
	From, Until kernel.Time
	Period      time.Duration
}

// Has reports whether a request that arrives at an instant is measured.
func (s MeasuredSpan) Has(at kernel.Time) bool { return at >= s.From && at < s.Until }

// Counts reports whether an event at an instant is counted in rates.
func (s MeasuredSpan) Counts(at kernel.Time) bool { return at > s.From && at <= s.Until }

// within returns how much of the time between two instants lies in the span, in seconds.
func (s MeasuredSpan) within(from, until kernel.Time) float64 {
	return max(0, min(until, s.Until).Sub(max(from, s.From)).Seconds())
}

// Length returns the measured time.
func (s MeasuredSpan) Length() time.Duration { return s.Until.Sub(s.From) }

// integral is a step function of time and its integral over a span.
type integral struct {
	level float64
	since kernel.Time
	total float64 // level × seconds
}

// add changes the level at an instant.
func (i *integral) add(s MeasuredSpan, now kernel.Time, change float64) {
	i.advance(s, now)
	i.level = changed(i.level, change)
}

// changed returns a level and its change. Parts that are added and taken away again leave their
// last bits behind. These are no level, and may be below 0.
func changed(level, change float64) float64 {
	if level += change; math.Abs(level) < 1e-9 {
		return 0
	}
	return level
}

// advance integrates up to an instant.
func (i *integral) advance(s MeasuredSpan, now kernel.Time) {
	from, until := max(i.since, s.From), min(now, s.Until)
	if until > from {
		i.total += i.level * until.Sub(from).Seconds()
	}
	i.since = now
}
