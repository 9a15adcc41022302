package trace

import (
	"wavetank/workload"
	"wavetank/workload/table"
)

// Form is a way in which traces are written. It reads them.
type Form interface {
	// Scan reads a whole trace. It returns what the trace holds and what is wrong with it.
	Scan(f table.File) (Summary, error)
	// Prepare does once what all runs share. The mix is that of the stream that replays the trace.
	Prepare(f table.File, mix *workload.Mix) (Opener, error)
	// Unused names the columns of a trace that are not read.
	Unused(f table.File) ([]string, error)
}

// Opener starts the requests of a trace for one run, as they are in the file. It may be called for
// many runs, at the same time.
type Opener func(l workload.Lane) (workload.Source, error)
