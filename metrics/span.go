package metrics

import (
	"math"
	"time"

	"wavetank/sim/kernel"
)

// MeasuredSpan is the measured part of a run. It contains the requests that arrive in [From,
// Until), the events in (From, Until], and the time between From and Until. Period is the control
// period: the length of the windows in which load is compared with capacity. 0: the step of the
// series.
type MeasuredSpan struct {
	From, Until kernel.Time
	Period      time.Duration
}

// Has reports whether a request that arrives at an instant is measured.
func (s MeasuredSpan) Has(at kernel.Time) bool { return at >= s.From && at < s.Until }

// Counts reports whether an event at an instant counts in rates.
func (s MeasuredSpan) Counts(at kernel.Time) bool { return at > s.From && at <= s.Until }

// within returns the part of the time between two instants that lies in the span, in seconds.
func (s MeasuredSpan) within(from, until kernel.Time) float64 {
	return max(0, min(until, s.Until).Sub(max(from, s.From)).Seconds())
}

// Length returns the measured time.
func (s MeasuredSpan) Length() time.Duration { return s.Until.Sub(s.From) }

// integral is a piecewise constant function of time, and its integral over the measured span.
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

// changed returns level + change. If parts are added and subtracted again, rounding errors remain.
// It returns 0 instead of such a rest, which may be negative.
func changed(level, change float64) float64 {
	if level += change; math.Abs(level) < 1e-9*max(1, math.Abs(change)) {
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
