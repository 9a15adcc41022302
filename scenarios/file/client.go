package file

import (
	"fmt"
	"time"

	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
	"wavetank/sim/quantity"
)

// StreamClient says how long the senders of a stream wait for an answer, and whether they try
// again.
type StreamClient struct {
	Timeout  quantity.Duration `yaml:"timeout,omitempty" doc:"longest time from the begin of an attempt to its whole answer; no limit when not given"`
	Cancels  bool              `yaml:"cancels" doc:"a server learns that the client no longer waits: it drops a waiting attempt, and ends one in service if it can; otherwise it serves the attempt to its end, for nobody"`
	Retries  *Retries          `yaml:"retries,omitempty" doc:"further attempts after a timeout, a rejection, a drop or a failure; none when not given"`
	Throttle *ClientThrottle   `yaml:"throttle,omitempty" doc:"the client sends fewer attempts while too few of them are answered; it sends all when not given"`
	Hedge    *Hedge            `yaml:"hedge,omitempty" doc:"further attempts while the client still waits for an answer; the first answer counts; none when not given"`
}

// Retries says how often and when a client tries again.
type Retries struct {
	Attempts int          `yaml:"attempts,required" doc:"largest number of attempts of a request, the first one included"`
	Backoff  RetryBackoff `yaml:"backoff" doc:"pause before the next attempt"`
	Budget   *RetryLimit  `yaml:"budget,omitempty" doc:"limit on the retries of all requests of the stream together, as a share of its requests; no limit when not given"`
}

// Hedge says when a client sends a request once more although it still waits for an answer.
type Hedge struct {
	Delay    quantity.Duration `yaml:"delay,required" doc:"time from the begin of an attempt to the next one; if an attempt fails, the next one begins at once"`
	Attempts int               `yaml:"attempts" doc:"largest number of attempts of a request, the first one included"`
	Budget   *RetryLimit       `yaml:"budget,omitempty" doc:"limit on the further attempts of all requests of the stream together, as a share of its requests; no limit when not given"`
}

// ClientThrottle says when a client does not send an attempt.
type ClientThrottle struct {
	K      float64           `yaml:"k" doc:"attempts are sent as long as the ended ones are at most so many times as many as the answered ones"`
	Window quantity.Duration `yaml:"window" doc:"how long an attempt counts, 1s to 1h"`
}

// SetDefaults implements strict.Defaulter.
func (t *ClientThrottle) SetDefaults() { t.K, t.Window = 2, quantity.Duration(2*time.Minute) }

// Check implements strict.Checker.
func (t *ClientThrottle) Check(_ *strict.Node, report func(path, message string)) {
	if !(t.K >= 1 && t.K <= 1000) {
		report("k", fmt.Sprintf("%v is outside 1 to 1000", t.K))
	}
	if t.Window < quantity.Duration(time.Second) || t.Window > quantity.Duration(time.Hour) {
		report("window", fmt.Sprintf("%v is outside 1s to 1h", t.Window))
	}
}

// SetDefaults implements strict.Defaulter.
func (h *Hedge) SetDefaults() { h.Attempts = 2 }

// Check implements strict.Checker.
func (h *Hedge) Check(_ *strict.Node, report func(path, message string)) {
	if h.Delay <= 0 {
		report("delay", fmt.Sprintf("%v is not above 0s", h.Delay))
	}
	checkAttempts(h.Attempts, report)
}

// checkAttempts reports a number of attempts that is out of range.
func checkAttempts(n int, report func(path, message string)) {
	if n < 2 || n > fleet.MostAttempts {
		report("attempts", fmt.Sprintf("%d is outside 2 to %d", n, fleet.MostAttempts))
	}
}

// RetryBackoff is the pause before the next attempt: exponential backoff.
type RetryBackoff struct {
	Base   quantity.Duration `yaml:"base" doc:"longest pause before the first retry"`
	Factor quantity.Factor   `yaml:"factor" doc:"factor on the longest pause, from retry to retry"`
	Max    quantity.Duration `yaml:"max" doc:"limit on all pauses"`
	Jitter RetryJitter       `yaml:"jitter" doc:"full: a pause is uniform between 0 and the longest one; none: it is the longest one"`
}

// RetryJitter says whether pauses are random.
type RetryJitter string

// Choices implements strict.Chooser.
func (RetryJitter) Choices() []string { return []string{"full", "none"} }

// SetDefaults implements strict.Defaulter.
func (b *RetryBackoff) SetDefaults() {
	b.Base, b.Factor, b.Max, b.Jitter = quantity.Duration(100*time.Millisecond), 2, quantity.Duration(10*time.Second), "full"
}

// SetDefaults implements strict.Defaulter.
func (r *Retries) SetDefaults() { r.Backoff.SetDefaults() }

// RetryLimit is a retry budget: a share of the requests, or a mapping.
type RetryLimit struct {
	Share   quantity.Percent  `yaml:"share,required" doc:"retries as a share of the requests of the last ttl"`
	MinRate quantity.Rate     `yaml:"min-rate" doc:"retries that are allowed in addition, so that a stream with few requests can try again"`
	TTL     quantity.Duration `yaml:"ttl" doc:"how long a request counts, 1s to 1m"`
}

// retryLimitFields is the long form: a mapping.
type retryLimitFields RetryLimit

// SetDefaults implements strict.Defaulter.
func (l *RetryLimit) SetDefaults() { l.MinRate, l.TTL = 10, quantity.Duration(10*time.Second) }

// DecodeNode implements strict.NodeDecoder: a share, or a mapping.
func (l *RetryLimit) DecodeNode(n *strict.Node, d *strict.Decoder) {
	if n.IsScalar() {
		d.Decode(n, &l.Share)
	} else {
		d.Decode(n, (*retryLimitFields)(l))
	}
}

// Shapes implements strict.Shaper.
func (RetryLimit) Shapes() []any { return []any{quantity.Percent(0), retryLimitFields{}} }

// EncodeValue implements strict.ValueEncoder.
func (l RetryLimit) EncodeValue() any { return retryLimitFields(l) }

// Check implements strict.Checker.
func (c *StreamClient) Check(_ *strict.Node, report func(path, message string)) {
	nonNegative(report, "timeout", c.Timeout)
	switch {
	case c.Timeout == 0 && c.Retries == nil && c.Hedge == nil && c.Throttle == nil:
		report(strict.Resting("timeout", "retries"), "a client has a timeout, retries, or both, or a hedge, or a throttle")
	case c.Timeout == 0 && c.Cancels && c.Hedge == nil:
		report("cancels", "a client without a timeout never leaves an attempt")
	case c.Retries != nil && c.Hedge != nil:
		report("hedge", "a client has retries or a hedge: a hedge also sends a request again after a failure; leave one of them out")
	}
}

// Check implements strict.Checker.
func (r *Retries) Check(_ *strict.Node, report func(path, message string)) {
	checkAttempts(r.Attempts, report)
}

// Check implements strict.Checker.
func (b *RetryBackoff) Check(_ *strict.Node, report func(path, message string)) {
	nonNegative(report, "base", b.Base)
	if b.Max < b.Base {
		report(strict.Resting("max", "base"), fmt.Sprintf("%v is less than base, %v", b.Max, b.Base))
	}
	if !(b.Factor >= 1 && b.Factor <= 1000) {
		report("factor", fmt.Sprintf("%v is outside 1x to 1000x", b.Factor))
	}
}

// Check implements strict.Checker.
func (l *RetryLimit) Check(_ *strict.Node, report func(path, message string)) {
	if !(l.Share >= 0 && l.Share <= 100_000) {
		report("share", fmt.Sprintf("%v is outside 0 %% to 100000 %%", l.Share))
	}
	if l.MinRate < 0 || l.MinRate > 1e9 {
		report("min-rate", fmt.Sprintf("%v is negative or above 1000000000/s", l.MinRate))
	}
	if l.TTL < quantity.Duration(time.Second) || l.TTL > quantity.Duration(time.Minute) {
		report("ttl", fmt.Sprintf("%v is outside 1s to 1m", l.TTL))
	}
}

// checkClient reports keys that a stream cannot have together with a client.
func (s *Stream) checkClient(report func(path, message string)) {
	if s.Client != nil && s.Pipeline != nil {
		report("client", "the senders of a pipeline wait for ever and make one attempt; leave this key out")
	}
}
