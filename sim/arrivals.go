package sim

import (
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Arrivals is the stream of requests that a run pulls, one at a time, in the order of their arrival. A request that goes
// through a pipeline is in it as its branches, one right behind the other.
type Arrivals interface {
	Next(r *fleet.Request) (ok bool)
	Err() error // what ended the stream early
}

// Responsive is a stream of arrivals that depend on how earlier ones end: senders that wait for an answer. A run
// asks When at the start, after each Next and after each Ended; at that instant it calls Next, not ahead.
type Responsive interface {
	Arrivals
	// When returns the instant of the next arrival as far as it is known, not before that of the last Next or
	// Ended; kernel.Never when none is known.
	When() kernel.Time
	// Caller tells who sent the request that Next returned last.
	Caller() int64
	// Ended says that the request of a caller has ended, served or not, before the run does. It must not keep r.
	Ended(caller int64, r *fleet.Request, at kernel.Time)
}

// Withholding is Responsive arrivals whose senders may keep a request back until others have ended.
type Withholding interface {
	Responsive
	// Due returns when the sender of the request that Next returned last wanted to send it. That is
	// its arrival or before.
	Due() kernel.Time
	// Withheld returns the next of the requests that were to be sent before an instant and are
	// still kept back, with that instant as its arrival. It is false when there is none. A run asks
	// for them at its horizon, when none arrives any more.
	Withheld(until kernel.Time, r *fleet.Request) bool
}
