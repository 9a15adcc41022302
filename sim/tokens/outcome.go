package tokens

import (
	"time"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// Kind says what happened to a request at a boundary.
type Kind uint8

// Kinds of outcomes.
const (
	Scheduled Kind = iota // scheduled for the first time, with Tokens found in the prefix cache
	// scheduled again after a preemption, with Tokens found in the prefix cache
	Resumed
	FirstToken // emitted its first token
	// emitted Tokens further tokens, Gap after the token before, because a preemption, the budget
	// or prompts had delayed it
	NextToken
	Preempted // lost its blocks
	Finished  // emitted its last token
	Aborted   // left at a boundary while it ran, because of Abort; it has emitted Tokens
	// left at a boundary while it waited after a preemption, because of Abort; it has emitted
	// Tokens
	AbortedWaiting
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
	Count    int           // number of steps
	Begin    kernel.Time   // begin of the first step
	Fraction int64         // grains by which the exact beginning is after Begin
	Span     time.Duration // time of all steps together
	Time     int64         // time of the first step, in grains of package profile
	Growth   int64         // difference between the times of a step and the step before, in grains
	Decoding int           // sequences that emitted in every step, without those of NextToken
	Tokens   int64         // tokens that the steps emitted
	// fraction of its next token that a decoding sequence had at Begin, in units of 2⁻¹⁶
	Ahead     int64
	Prefilled int64        // tokens that the other sequences computed
	Firsts    int          // sequences that emitted their first token at the end of the run
	Prompts   int64        // prompt tokens of these sequences
	Restored  int          // KV blocks copied from host memory at Begin
	Loaded    int          // LoRA adapters loaded at Begin
	Running   int          // sequences that run
	Waiting   int          // sequences that wait when the run is reported
	HeldFirst int          // KV blocks in use during the first step
	HeldLast  int          // KV blocks in use during the last step
	Blocks    int          // KV blocks of the replica
	Work      profile.Work // work of the first step; Context grows by Advance from step to step
	// of a replica of several engines: how many there are, and which made the steps, from 0; else 0
	Engines, Engine int
	Also            *Steps  // steps of another engine that end at the same instant; nil: none
	Advance         float64 // tokens by which all decoding sequences together advance in a step
}

// Alike returns the number of engines of the replica, at least 1, and how many sequences run at the
// replica if every engine has as many as the one that made the steps.
func (s *Steps) Alike() (engines, running int) {
	engines = max(1, s.Engines)
	return engines, engines * s.Running
}

// EndedBy returns how many of the steps had ended at an instant, and how many tokens the decoding
// sequences emitted in them.
func (s *Steps) EndedBy(at kernel.Time) (steps int, emitted int64) {
	switch {
	case s.Begin.Add(s.Span) <= at:
		return s.Count, s.Tokens
	case s.Begin >= at:
		return 0, 0
	}
	r := run{count: s.Count, time: s.Time, growth: s.Growth}
	// the next step ends later
	steps = r.until(int64(at.Sub(s.Begin)+1)*profile.Grains-s.Fraction) - 1
	if steps == 0 || s.Decoding == 0 {
		return steps, 0
	}
	rate := int64(s.Advance * (1 << 16) / float64(s.Decoding))
	return steps, int64(s.Decoding) * ((s.Ahead + int64(steps)*rate) >> 16)
}
