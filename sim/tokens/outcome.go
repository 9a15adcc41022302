package tokens

import (
	"time"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// Kind says what happened to a request at a boundary.
type Kind uint8

// What happens to a request.
const (
	Scheduled  Kind = iota // for the first time; Tokens of its prompt were found in the prefix cache
	Resumed                // scheduled again after it was preempted; Tokens were found in the prefix cache
	FirstToken             // emitted
	NextToken              // emitted by a sequence that caught up, Gap after the one before
	Preempted              // lost its blocks
	Finished               // emitted its last token
)

// Outcome is what happened to one request.
type Outcome struct {
	Kind   Kind
	ID     int32
	Tokens int32
	Gap    time.Duration
}

// Steps is a run of steps in which the same sequences decoded.
type Steps struct {
	Count     int           // steps
	Begin     kernel.Time   // of the first
	Span      time.Duration // of all
	Time      int64         // of the first, in grains of package profile
	Growth    int64         // of the time from each to the next, in grains
	Decoding  int           // sequences that emitted in every one
	Tokens    int64         // that they emitted
	Caught    int64         // tokens that other sequences computed
	Running   int           // sequences
	Waiting   int           // sequences, when the run was reported
	HeldFirst int           // KV blocks in use during the first step
	HeldLast  int           // and during the last
	Blocks    int           // of the replica
	Work      profile.Work  // of the first; Context grows by Advance from each to the next
	Advance   float64       // tokens
}
