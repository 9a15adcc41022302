// Package workload makes streams of requests from synthetic processes. It adds lengths, labels and
// conversations, and merges, scales and cuts streams. Package workload/trace reads recorded
// streams.
package workload

import (
	"errors"
	"wavetank/sim/fleet"
)

// Source is a stream of requests in the order of their arrival. It holds a few requests at a time,
// never a whole trace.
type Source interface {
	// Next fills in the next request. It returns false at the end of the stream or at its first
	// error. The outermost source sets ordinals.
	Next(r *fleet.Request) (ok bool)
	// Err returns the error that ended the stream early, for example a malformed line or an instant
	// before the last one.
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
