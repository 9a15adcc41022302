package trace

import (
	"time"
	"wavetank/workload"
	"wavetank/workload/table"
)

// RecordedForm reads traces of one file format.
type RecordedForm interface {
	// Scan reads a whole trace. It returns what the trace holds and what is wrong with it.
	Scan(f table.File) (Summary, error)
	// Prepare does once what all runs share. The mix is that of the stream that replays the trace.
	Prepare(f table.File, mix *workload.Mix) (Replayer, error)
	// Unused names the columns of a trace that are not read.
	Unused(f table.File) ([]string, error)
}

// Replayer starts the requests of a trace for one run, as they are in the file. It may be called
// for many runs, at the same time.
type Replayer func(l workload.Lane) (workload.Source, error)

// Summary is what a trace file holds.
type Summary struct {
	Requests int64
	Failed   int64         // rows of requests that failed, which are left out
	LeftOut  int64         // rows that do not meet the conditions of the scenario
	Begins   time.Duration // timestamp of the first row, which is instant 0; 0 if it is a date
	Span     time.Duration // from the first request to the last, or all minutes of counts
	Input    float64       // mean tokens of a prompt; 0 if none is known
	Output   float64       // mean tokens of an answer
	Items    float64       // mean items of a request; 0 if the trace does not say
}
