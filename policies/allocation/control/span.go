package control

import "time"

// SpanRule returns a span of time. It may depend on the lead, the mean time from an order until it
// serves.
type SpanRule func(lead time.Duration) time.Duration

// Fixed returns a SpanRule that does not depend on the lead.
func Fixed(d time.Duration) SpanRule { return func(time.Duration) time.Duration { return d } }

// Times returns a SpanRule of factor leads, but at least the given time.
func Times(factor float64, least time.Duration) SpanRule {
	return func(lead time.Duration) time.Duration {
		return max(least, time.Duration(factor*float64(lead)))
	}
}
