package control

import "time"

// Spell says how long something lasts, by the time that an order takes until it serves.
type Spell func(lead time.Duration) time.Duration

// Fixed is a span that does not depend on the lead.
func Fixed(d time.Duration) Spell { return func(time.Duration) time.Duration { return d } }

// Times is a span of so many leads, and of at least so long.
func Times(factor float64, least time.Duration) Spell {
	return func(lead time.Duration) time.Duration {
		return max(least, time.Duration(factor*float64(lead)))
	}
}
