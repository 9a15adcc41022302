// Package workload makes streams of requests: from synthetic processes, with lengths, labels and
// conversations, merged, scaled and cut. Recorded ones are read by workload/trace.
package workload

import (
	"errors"
	"wavetank/sim/fleet"
)

// Source is a stream of requests in the order of their arrival. It holds what is in flight inside
// it, never the whole of a trace.
type Source interface {
	// Next fills in the next request. It returns false at the end of the stream or at its first
	// error. The outermost source sets ordinals.
	Next(r *fleet.Request) (ok bool)
	// Err returns what ended the stream early: a malformed line, a read error, an instant that goes
	// back.
	Err() error
	// Close releases files. It may be called at any time, more than once.
	Close() error
}

func closeAll(sources []Source) error {
	var faults []error
	for _, s := range sources {
		faults = append(faults, s.Close())
	}
	return errors.Join(faults...)
}
