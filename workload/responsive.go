package workload

import (
	"math"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// ResponsiveSource is a Source whose arrivals depend on the ends of its requests (sim.Responsive).
type ResponsiveSource interface {
	Source
	// When returns the instant of the next request, or kernel.Never if no request is known yet.
	// Next returns this request, and may be called at this instant or later.
	When() kernel.Time
	// Caller returns the sender of the request that Next returned last.
	Caller() int64
	// Ended tells the source that the request of a caller has ended, served or not. It must not
	// keep r.
	Ended(caller int64, r *fleet.Request, at kernel.Time)
}

// withholding is a ResponsiveSource whose senders may keep requests back (sim.Withholding).
type withholding interface {
	ResponsiveSource
	// Due returns when the sender of the request that Next returned last wanted to send it.
	Due() kernel.Time
	// Withheld fills r with the next request that is still kept back and that its sender wanted to
	// send before an instant. The arrival of r is the instant at which the sender wanted to send
	// it. Next is not called after Withheld.
	Withheld(until kernel.Time, r *fleet.Request) bool
}

// ahead is a plain source that reads one request ahead.
type ahead struct {
	Source
	next         fleet.Request
	known, ended bool
}

// when returns the instant of the next request, or kernel.Never at the end.
func (a *ahead) when() kernel.Time {
	if !a.known && !a.ended {
		a.known = a.Source.Next(&a.next)
		a.ended = !a.known
	}
	if a.ended {
		return kernel.Never
	}
	return a.next.Arrival
}

// take fills r with the next request. When must have been called before.
func (a *ahead) take(r *fleet.Request) {
	*r = a.next
	a.known = false
}

// conversing merges responsive sources with a plain one. There are few responsive sources, so it
// searches them one by one.
type conversing struct {
	plain      ahead
	responsive []ResponsiveSource
	last       int // index of the source of the last request
	due        kernel.Time
	ordinal    int64
}

// first returns the instant of the next request, and the index of its source: −1 for the plain
// source.
func (c *conversing) first() (at kernel.Time, source int) {
	at, source = c.plain.when(), -1
	for i, s := range c.responsive {
		if t := s.When(); t < at {
			at, source = t, i
		}
	}
	return at, source
}

func (c *conversing) When() kernel.Time {
	at, _ := c.first()
	return at
}

func (c *conversing) Next(r *fleet.Request) bool {
	at, source := c.first()
	switch {
	case at == kernel.Never:
		return false
	case source < 0:
		c.plain.take(r)
	case !c.responsive[source].Next(r):
		return false
	}
	c.last, c.due = source, at
	if source >= 0 {
		if w, is := c.responsive[source].(withholding); is {
			c.due = w.Due()
		}
	}
	r.Ordinal = c.ordinal
	c.ordinal++
	return true
}

// Due returns when the sender of the last request wanted to send it.
func (c *conversing) Due() kernel.Time { return c.due }

// Withheld fills r with the next request that one of the sources keeps back. It asks the sources
// one after the other.
func (c *conversing) Withheld(until kernel.Time, r *fleet.Request) bool {
	for _, s := range c.responsive {
		if w, is := s.(withholding); is && w.Withheld(until, r) {
			return true
		}
	}
	return false
}

// Caller returns a number for the sender of the last request. Its high bits are the number of the
// responsive source, from 1. Its low bits are the caller within that source.
func (c *conversing) Caller() int64 {
	if c.last < 0 {
		return 0
	}
	return int64(c.last+1)<<32 | c.responsive[c.last].Caller()
}

func (c *conversing) Ended(caller int64, r *fleet.Request, at kernel.Time) {
	if source := caller >> 32; source > 0 {
		c.responsive[source-1].Ended(caller&math.MaxUint32, r, at)
	}
}

func (c *conversing) Err() error {
	for _, s := range c.responsive {
		if err := s.Err(); err != nil {
			return err
		}
	}
	return c.plain.Err()
}

func (c *conversing) Close() error {
	all := []Source{c.plain.Source}
	for _, s := range c.responsive {
		all = append(all, s)
	}
	return closeAll(all)
}

// Answered returns the requests of src for the case that each request ends a known time after its
// arrival. Function after returns this time. A source that is not a ResponsiveSource is returned
// unchanged.
func Answered(src Source, after func(*fleet.Request) time.Duration) Source {
	r, ok := src.(ResponsiveSource)
	if !ok {
		return src
	}
	return &answered{Source: src, responsive: r, after: after}
}

type answered struct {
	Source
	responsive ResponsiveSource
	after      func(*fleet.Request) time.Duration
	flying     kernel.Queue[flight] // requests in flight, by the instants at which they end
	ended      flight               // the flight that has ended last
}

// flight is a request in flight.
type flight struct {
	fleet.Request
	caller int64
}

func (a *answered) Next(r *fleet.Request) bool {
	for {
		next := a.responsive.When()
		if end := a.flying.Peek(); end <= next && end < kernel.Never {
			_, a.ended, _ = a.flying.Next()
			a.responsive.Ended(a.ended.caller, &a.ended.Request, end)
			continue
		}
		if next == kernel.Never || !a.responsive.Next(r) {
			return false
		}
		end := min(r.Arrival.Add(max(0, a.after(r))), horizon)
		a.flying.Schedule(max(end, r.Arrival), flight{*r, a.responsive.Caller()})
		return true
	}
}
