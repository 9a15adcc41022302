package fleet

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// ClientID is the client of a request: its place in Spec.Clients, from 1. 0: the sender of the
// request makes one attempt and waits for ever.
type ClientID int8

// Limits on clients.
const (
	MostClients  = math.MaxInt8
	MostAttempts = 100 // attempts of a request
)

// Client says how the sender of a stream's requests treats a request: how long it waits for the
// whole answer, and whether it tries again. An attempt is a Request of the run.
type Client struct {
	Name    string        // name of its stream
	Timeout time.Duration // longest time from the begin of an attempt to its answer; 0: no limit
	// a server learns that the client has gone, and ends the attempt; else the attempt goes on
	Cancels  bool
	Attempts int // largest number of attempts of a request, at least 1
	Backoff  Backoff
	Budget   *RetryBudget // nil: no limit on the retries of all requests together
	// If it is above 0, requests are hedged: a further attempt begins so long after the last one,
	// or at once if an attempt fails, while the client waits for those before. The first answer
	// counts. There are no pauses between attempts.
	HedgeAfter time.Duration
	Throttle   *Throttle // nil: every attempt is sent
}

// Throttle lets a client stop calling when answers are late or refused: adaptive throttling (B.
// Beyer et al., "Site Reliability Engineering", O'Reilly 2016, chapter 21). An attempt is not sent
// with probability max(0, (requests − K·accepts)/(requests + 1)). Requests are the attempts of the
// client that have ended within the window before, those that were not sent included. Accepts are
// those that were answered in time. An attempt that is not sent ends as rejected.
type Throttle struct {
	K      float64 // at least 1
	Window time.Duration
}

// Backoff is the pause between the end of an attempt and the next one. Before retry n = 1, 2, … it
// is at most min(Max, Base·Factor^(n−1)).
type Backoff struct {
	Base, Max time.Duration
	Factor    float64
	// The pause is uniform from 0 to its largest value ("full jitter", M. Brooker, "Exponential
	// Backoff And Jitter", AWS Architecture Blog, 2015). Else it is its largest value.
	Jitter bool
}

// Most returns the longest pause before retry n, from 1.
func (b *Backoff) Most(n int) time.Duration {
	span := float64(b.Base) * math.Pow(b.Factor, float64(n-1))
	if span >= float64(b.Max) {
		return b.Max
	}
	return time.Duration(span)
}

// RetryBudget limits the retries of all requests of a client together, as the RetryBudget of
// Finagle does (class com.twitter.finagle.service.RetryBudget). Each request allows for Share of a
// retry. In addition, MinRate·TTL retries are allowed in every TTL.
type RetryBudget struct {
	Share   float64       // retries for each request
	MinRate float64       // retries per second that are always allowed
	TTL     time.Duration // how long a request counts
}

// checkClients returns the faults in the clients of a spec.
func (c *Spec) checkClients() (faults []error) {
	if n := len(c.Clients); n > MostClients {
		faults = append(faults, fmt.Errorf("%d clients are more than %d", n, MostClients))
	}
	for i := range c.Clients {
		if err := c.Clients[i].check(); err != nil {
			faults = append(faults, fmt.Errorf("client %s: %w", c.Clients[i].Name, err))
		}
	}
	return faults
}

func (c *Client) check() error {
	var faults []error
	wrong := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	wrong(c.HedgeAfter < 0, "the delay %v of hedges is negative", c.HedgeAfter)
	wrong(c.HedgeAfter > 0 && c.Attempts < 2, "a hedged request has at least 2 attempts, not %d", c.Attempts)
	wrong(c.Timeout < 0, "the timeout %v is negative", c.Timeout)
	wrong(c.Attempts < 1 || c.Attempts > MostAttempts, "%d attempts are outside 1 to %d", c.Attempts, MostAttempts)
	if c.Attempts > 1 && c.HedgeAfter == 0 {
		faults = append(faults, c.Backoff.check()...)
	}
	if t := c.Throttle; t != nil {
		wrong(!(t.K >= 1 && t.K <= 1000), "the factor K %v of its throttle is outside 1 to 1000", t.K)
		wrong(t.Window < time.Second || t.Window > time.Hour, "the window %v of its throttle is outside 1s to 1h", t.Window)
	}
	return errors.Join(append(faults, c.Budget.check()...)...)
}

// check returns the faults of pauses.
func (b *Backoff) check() (faults []error) {
	if b.Base < 0 || b.Max < b.Base {
		faults = append(faults, fmt.Errorf("the pauses from %v to %v are negative or fall", b.Base, b.Max))
	}
	if !(b.Factor >= 1) || b.Factor > 1e6 {
		faults = append(faults, fmt.Errorf("the factor %v of the pauses is outside 1 to 1000000", b.Factor))
	}
	return faults
}

// check returns the faults of a budget, which may be nil.
func (b *RetryBudget) check() (faults []error) {
	if b == nil {
		return nil
	}
	if !(b.Share >= 0 && b.Share <= 1000) || !(b.MinRate >= 0 && b.MinRate <= 1e9) {
		faults = append(faults, fmt.Errorf("the budget of %v retries for each request and %v per second is negative or too large", b.Share, b.MinRate))
	}
	if b.TTL < time.Second || b.TTL > time.Minute {
		faults = append(faults, fmt.Errorf("the time to live %v of the budget is outside 1s to 1m", b.TTL))
	}
	return faults
}

// Cancels reports whether servers learn that some clients have gone.
func (c *Spec) Cancels() bool {
	for i := range c.Clients {
		if c.Clients[i].Cancels {
			return true
		}
	}
	return false
}
