package rows

// Absent is the value of a time, a number or an index of a RequestRow that it does not have.
const Absent = -1

// RequestRow is what happened to one request of a run. Times are in nanoseconds. Names are empty,
// and numbers Absent, where a request has none.
type RequestRow struct {
	Number int64 // in the order of arrival within its run, from 0

	// Parent is the number of the pipeline request of which this request is a branch, or of the
	// request of which it is an attempt. The row of a pipeline request itself has a pipeline, but
	// no model and no stage.
	Parent   int64
	Model    string
	Pipeline string
	Stage    int32 // stage of the pipeline, from 0
	Class    string
	Tenant   string
	Session  int64
	Measured bool  // it arrived in the measured span
	Arrival  int64 // since the run began

	Input, Output int32   // tokens
	Items         float64 // items, 1 if the model has none

	Variant     string // variant, replica and machine to which the request was given last
	Replica     int32
	Prefill     int32 // replica that computed the prompt, if another one decoded
	Machine     int32
	MachineType string

	Queue      int64 // from the arrival to the start of the last attempt to serve it
	FirstToken int64 // from the arrival to the first token
	End        int64 // since the run began
	Latency    int64 // from the arrival to the end; Absent if it did not finish

	Outcome     string // "finished", or how it ended otherwise
	InTime      bool   // it finished within its objectives
	Cause       string // why it missed them, as in the metrics missed_CAUSE
	GivenUp     string // what a rejected or dropped request had met before, as in given_up_CAUSE
	Retries     int32  // how often its replica was lost
	Preemptions int32  // how often it lost its slot to another request
	Attempt     int32  // for an attempt of a client: its number, from 1
	Attempts    int32  // for a request of a client: how many attempts were made
}
