package workload

import (
	"fmt"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Capped returns src with at most n of its requests in flight, 1 to 100,000,000. The sender keeps
// further requests back, in order, until one in flight ends. A request arrives when it is sent, and
// its latency counts from then.
func Capped(src Source, n int) (ResponsiveSource, error) {
	if n < 1 || n > 100_000_000 {
		return nil, fmt.Errorf("max-concurrency: %d lies outside 1 to 100000000", n)
	}
	c := &capped{Source: src, limit: n}
	c.responsive, _ = src.(ResponsiveSource)
	if c.responsive == nil {
		c.plain.Source = src
	}
	return c, nil
}

type capped struct {
	Source
	plain      ahead
	responsive ResponsiveSource // src if it is a ResponsiveSource; else nil, and plain is used
	limit      int
	flying     int         // requests in flight
	due        kernel.Time // when the sender wanted to send the last request
	freed      kernel.Time // when a request ended last
}

func (c *capped) When() kernel.Time {
	if c.flying >= c.limit {
		return kernel.Never
	}
	return max(c.wanted(), c.freed)
}

// wanted returns when the sender wants to send the next request.
func (c *capped) wanted() kernel.Time {
	if c.responsive != nil {
		return c.responsive.When()
	}
	return c.plain.when()
}

func (c *capped) Next(r *fleet.Request) bool {
	at := c.When()
	if at == kernel.Never || !c.take(r) {
		return false
	}
	r.Arrival = at
	c.flying++
	return true
}

// take takes the next request from src. Its arrival is the instant at which the sender wants to
// send it.
func (c *capped) take(r *fleet.Request) bool {
	c.due = c.wanted()
	if c.responsive != nil {
		return c.responsive.Next(r)
	}
	c.plain.take(r)
	return true
}

// Due returns when the sender wanted to send the request that Next returned last.
func (c *capped) Due() kernel.Time { return c.due }

// Withheld fills r with the next request that the sender wanted to send before an instant.
func (c *capped) Withheld(until kernel.Time, r *fleet.Request) bool {
	if c.wanted() >= until || !c.take(r) {
		return false
	}
	r.Arrival = c.due
	return true
}

func (c *capped) Caller() int64 {
	if c.responsive == nil {
		return 0
	}
	return c.responsive.Caller()
}

func (c *capped) Ended(caller int64, r *fleet.Request, at kernel.Time) {
	c.flying--
	c.freed = at
	if c.responsive != nil {
		c.responsive.Ended(caller, r, at)
	}
}
