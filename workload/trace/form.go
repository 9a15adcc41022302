package trace

import (
	"time"
	"wavetank/workload"
	"wavetank/workload/table"
)

// RecordedForm reads traces of one form.
type RecordedForm interface {
	// Scan reads a whole trace. It returns a summary of the trace, and its faults.
	Scan(f table.File) (Summary, error)
	// Prepare does the work that all runs share. The mix is that of the lane that replays the
	// trace.
	Prepare(f table.File, mix *workload.Mix) (Replayer, error)
	// Unused names the columns of a trace that are not read.
	Unused(f table.File) ([]string, error)
}

// Replayer returns the requests of a trace for one run, as they are in the file. It may be called
// for many runs, also at the same time.
type Replayer func(l workload.Lane) (workload.Source, error)

// Summary describes the content of a trace.
type Summary struct {
	Requests int64
	Failed   int64         // rows of failed requests, which are left out
	LeftOut  int64         // rows that do not meet the conditions of the scenario
	Begins   time.Duration // timestamp of the first row, which becomes instant 0; 0 if it is a date
	// from the first request to the last; of a table of counts: all its minutes
	Span   time.Duration
	Input  float64 // mean tokens of a prompt; 0: unknown
	Output float64 // mean tokens of an answer; 0: unknown
	Items  float64 // mean items of a request; 0: unknown
	// classes and tenants in the file, if they were collected; nil: there are no such columns
	Names *NamesFound
	Waits bool // some requests wait for answers to others in a replay
}
