package characterize

import (
	"errors"
	"time"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload"
)

// Reading says how to read a stream.
type Reading struct {
	Block   int           // tokens of a block of a prefix cache
	From    kernel.Time   // requests before this instant are left out; it becomes instant 0
	Until   kernel.Time   // requests at or after this instant are left out
	Window  time.Duration // length of the windows of Flow.Counts; 0: several steps of the grid
	Answers Answers
}

// Open opens a stream at its beginning.
type Open func() (workload.Source, error)

// each calls do for each request of the part of a stream that is read, and then calls end with the
// source.
func (open Open) each(look Reading, do func(*fleet.Request), end func(workload.Source)) error {
	src, err := open()
	if err != nil {
		return err
	}
	var r fleet.Request
	for src.Next(&r) && r.Arrival < look.Until {
		if r.Arrival >= look.From {
			r.Arrival -= look.From
			do(&r)
		}
	}
	if end != nil {
		end(src)
	}
	return errors.Join(src.Err(), src.Close())
}
