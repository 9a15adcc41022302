package sim

import (
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Arrivals is the stream of requests that a run pulls, one at a time, in the order of their
// arrival. A request that goes through a pipeline is in it as its branches, one right behind the
// other.
type Arrivals interface {
	// Next fills r with the next request. It returns false at the end of the stream.
	Next(r *fleet.Request) (ok bool)
	// Err returns what ended the stream early, or nil if nothing did.
	Err() error
}

// Responsive is a stream whose arrivals depend on the ends of earlier requests: its senders wait
// for answers. A run asks When at the start, after each Next and after each Ended. It calls Next at
// the instant that When returned, never ahead.
type Responsive interface {
	Arrivals
	// When returns the instant of the next arrival. It returns kernel.Never if no arrival is known
	// yet. The instant is not before that of the last Next or Ended.
	When() kernel.Time
	// Caller returns the sender of the request that Next returned last.
	Caller() int64
	// Ended tells the stream that the request of a caller has ended, served or not. It is not
	// called for requests that are in flight when the run ends. It must not keep r.
	Ended(caller int64, r *fleet.Request, at kernel.Time)
}

// Withholding is a responsive stream whose senders may keep a request back until other requests
// have ended.
type Withholding interface {
	Responsive
	// Due returns when the sender of the request that Next returned last wanted to send it. That
	// instant is its arrival or before.
	Due() kernel.Time
	// Withheld fills r with the next request that is still kept back and that its sender wanted to
	// send before an instant. The arrival of r is the instant at which the sender wanted to send
	// it. Withheld returns false when there is no such request. A run calls it at its horizon, when
	// no request arrives any more.
	Withheld(until kernel.Time, r *fleet.Request) bool
}
