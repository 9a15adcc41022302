package workload

import (
	"fmt"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Capped returns src with at most n of its requests in flight, 1 to 100,000,000. Further ones wait at their sender,
// in order, until one ends: they arrive when they are sent, and their latency counts from there.
func Capped(src Source, n int) (Responsive, error) {
	if n < 1 || n > 100_000_000 {
		return nil, fmt.Errorf("in-flight: %d lies outside 1 to 100000000", n)
	}
	c := &capped{Source: src, limit: n}
	c.responsive, _ = src.(Responsive)
	if c.responsive == nil {
		c.plain.Source = src
	}
	return c, nil
}

type capped struct {
	Source
	plain      ahead
	responsive Responsive // src, where it is; else plain is used
	limit      int
	flying     int
	freed      kernel.Time // when a request ended last
}

func (c *capped) When() kernel.Time {
	if c.flying >= c.limit {
		return kernel.Never
	}
	due := kernel.Never
	if c.responsive != nil {
		due = c.responsive.When()
	} else {
		due = c.plain.when()
	}
	return max(due, c.freed)
}

func (c *capped) Next(r *fleet.Request) bool {
	at := c.When()
	switch {
	case at == kernel.Never:
		return false
	case c.responsive == nil:
		c.plain.take(r)
	case !c.responsive.Next(r):
		return false
	}
	r.Arrival = at
	c.flying++
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
