// Package stepwise holds the step-by-step engine of the engine of package tokens. Tests compare the
// two. The step-by-step engine follows the package comment of tokens, one step at a time. It is
// written to be easy to read, and shares no code with the engine. Only tests import it.
package stepwise

import (
	"math"
	"slices"

	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
)

// StepwiseEngine is a simple engine. It has a loop over all sequences in every step, a map from
// names to blocks, and a slice as the line of free blocks. Its methods are those of tokens.Engine.
type StepwiseEngine struct {
	c                *tokens.Config
	running, waiting []*sequence
	coming           []*sequence // sequences that join the waiting line at the next boundary
	aborting         []int32     // sequences that leave at the next boundary, unless they finish
	ran              []*sequence // sequences that ran when the last step ended

	line    []int          // free blocks, in the order in which they are taken
	blocks  map[string]int // block by name
	names   []string       // name by block; "": none
	holders []int          // number of sequences that hold each block

	adapters adapters
	host     host
	slow     float64 // factor on the time of a step
	// of a StepwiseGroup: how long a batch takes to pass its stages; whether this is a rank, whose
	// steps end together with those of others; and how long its present step takes alone
	pass     func(*StepwiseEngine, int64) int64
	rank     bool
	took     int64
	steps    int64       // number of steps that have ended, without those that let sequences pause
	boundary kernel.Time // instant of the next boundary
	fraction int64       // grains by which the exact sum of step times is ahead of boundary
	grain    int64       // g of the package comment, in units of 2⁻¹⁶
	busy     bool
	prompts  bool // with PrefillFirst: the step computes prompts, and decoding sequences pause
	between  bool // a step has ended, and Begin has not been called yet
	now      kernel.Time
	outcomes []tokens.Outcome
	step     tokens.Steps // the step under way
	ended    tokens.Steps // the step that the last call of End ended
}

type sequence struct {
	id                 int32
	q                  tokens.EngineRequest
	emitted, computed  int
	blocks             []int
	named              int // number of leading blocks that have a name
	dirty, began       bool
	decodes            bool  // it emitted at the boundary where the step begins
	decoded            bool  // it decoded in the step that ends
	since              int64 // number of the step after which it began to decode
	context            int   // tokens computed at that time
	scheduled, drafted int   // tokens of the present step; how many of them are draft tokens
	emits              int   // tokens that it emits at the end of the step, while it decodes
	last               kernel.Time
}

// New returns an empty step-by-step engine.
func New(c *tokens.Config) *StepwiseEngine {
	w := &StepwiseEngine{c: c, slow: 1, blocks: map[string]int{}, names: make([]string, c.Blocks), holders: make([]int, c.Blocks)}
	g := 0.0
	for i := range c.Draft + 1 { // 1 + p + p² + …
		g += math.Pow(c.Acceptance, float64(i))
	}
	w.grain = int64(math.Round(g * 65536))
	if c.RandomAcceptance {
		w.grain = 65536
	}
	for b := range c.Blocks {
		w.line = append(w.line, b)
	}
	return w
}

// Enqueue adds a request to the waiting line.
func (w *StepwiseEngine) Enqueue(id int32, q tokens.EngineRequest) {
	s := &sequence{id: id, q: q, last: q.Emitted}
	if q.Computed > 0 {
		s.emitted = 1
	}
	if w.c.Ahead && (w.busy || w.between) {
		w.coming = append(w.coming, s)
		return
	}
	w.waiting = append(w.waiting, s)
}

// Withdraw removes a request that was never scheduled from the waiting line.
func (w *StepwiseEngine) Withdraw(id int32) {
	w.waiting = slices.DeleteFunc(w.waiting, func(s *sequence) bool { return s.id == id })
	w.coming = slices.DeleteFunc(w.coming, func(s *sequence) bool { return s.id == id })
}

// Abort ends a request that was scheduled and has not finished, at the end of the step.
func (w *StepwiseEngine) Abort(id int32) { w.aborting = append(w.aborting, id) }

// Slow lets every step that begins from now on take factor times as long.
func (w *StepwiseEngine) Slow(_ kernel.Time, factor float64) { w.slow = factor }

// Wake returns the instant at which End and Begin are to be called next.
func (w *StepwiseEngine) Wake(now kernel.Time) kernel.Time {
	if !w.busy && len(w.waiting) > 0 {
		return now
	}
	return w.Next()
}

// Next returns the instant at which the step under way ends, or kernel.Never if there is none.
func (w *StepwiseEngine) Next() kernel.Time {
	if !w.busy {
		return kernel.Never
	}
	return w.boundary
}

// Held returns the number of blocks in use.
func (w *StepwiseEngine) Held(kernel.Time) int { return w.c.Blocks - len(w.line) }

// Matched returns how many tokens of a request's prompt would be found in the cache.
func (w *StepwiseEngine) Matched(_ kernel.Time, q *tokens.EngineRequest) int {
	if q.Computed > 0 {
		return 0
	}
	s := &sequence{q: *q}
	found := len(w.find(s))
	return (found + w.restorable(s, found)) * w.c.Block
}

// Step is End and Begin in one.
func (w *StepwiseEngine) Step(now kernel.Time) []tokens.Outcome {
	ended := w.End(now)
	begun, _ := w.Begin(now)
	return append(ended, begun...)
}

// End ends the step under way, if there is one. Now must be the end of the step. It returns the
// outcomes at the end of the step.
func (w *StepwiseEngine) End(now kernel.Time) []tokens.Outcome {
	w.now, w.outcomes, w.ended = now, nil, tokens.Steps{}
	w.between = w.busy
	if w.busy {
		w.end()
	} else {
		w.boundary, w.fraction = now, 0
	}
	w.busy = false
	return w.outcomes
}

// Begin begins the next step, after End. It returns the outcomes at the beginning of the step, and
// Next.
func (w *StepwiseEngine) Begin(kernel.Time) ([]tokens.Outcome, kernel.Time) {
	w.outcomes, w.between = nil, false
	for w.busy = true; !w.begin(); {
		if len(w.running)+len(w.waiting)+len(w.coming) == 0 {
			w.busy = false
			break
		}
		if len(w.running)+len(w.waiting) == 0 { // no other step will let them join
			w.waiting, w.coming = w.coming, nil
		}
	}
	w.waiting, w.coming = append(w.waiting, w.coming...), nil
	return w.outcomes, w.Next()
}

// Steps returns the step that the last call of End has ended. Its Count is 0 if there was none.
func (w *StepwiseEngine) Steps() *tokens.Steps { return &w.ended }

// Report returns no steps, because a single step is reported by Steps.
func (w *StepwiseEngine) Report(kernel.Time) *tokens.Steps {
	w.ended = tokens.Steps{}
	return &w.ended
}

// Working reports whether a step is under way.
func (w *StepwiseEngine) Working() bool { return w.busy }

// Waiting returns the number of requests that wait to be scheduled.
func (w *StepwiseEngine) Waiting() int { return len(w.waiting) + len(w.coming) }

// Running returns the number of requests that run.
func (w *StepwiseEngine) Running() int { return len(w.running) }

func (w *StepwiseEngine) emit(o tokens.Outcome) { w.outcomes = append(w.outcomes, o) }

// ceil returns how many blocks a number of tokens take. The last block may be filled in part.
func (w *StepwiseEngine) ceil(tokens int) int {
	n := tokens / w.c.Block
	if tokens%w.c.Block > 0 {
		n++
	}
	return n
}

func (s *sequence) target() int { return int(s.q.Prompt) + s.emitted }

// advanced returns how many tokens a sequence advances from the end of step a to the end of step b.
func (w *StepwiseEngine) advanced(a, b int64) int { return int(b*w.grain/65536 - a*w.grain/65536) }

// advances returns how many tokens a sequence emits if it decodes in the present step, of which the
// last may be beyond its output. Random acceptance never goes beyond it.
func (w *StepwiseEngine) advances(s *sequence) int {
	if !w.c.RandomAcceptance {
		return w.advanced(s.since, w.steps+1) - w.advanced(s.since, w.steps)
	}
	n := 1
	for n <= w.c.Draft && s.emitted+n < int(s.q.Output) {
		uniform := float64(kernel.Mix(s.q.Luck+uint64(s.emitted+n-1))>>11) / (1 << 53)
		if uniform >= w.c.Acceptance {
			break
		}
		n++
	}
	return n
}

// end ends the step and lets the sequences emit.
func (w *StepwiseEngine) end() {
	if !w.prompts {
		w.steps++
	}
	w.ended = w.step
	for _, s := range w.running {
		s.decoded = s.decodes
	}
	w.ended.Span, w.ended.Waiting = w.now.Sub(w.step.Begin), len(w.waiting)+len(w.coming)
	w.ran = append(w.ran[:0], w.running...)
	for _, decodes := range [2]bool{true, false} {
		for _, s := range w.ran {
			if s.decoded != decodes || s.scheduled == 0 {
				continue
			}
			if decodes {
				n := min(s.emits, int(s.q.Output)-s.emitted)
				if s.last < w.step.Begin {
					w.emit(tokens.Outcome{Kind: tokens.NextToken, ID: s.id, Tokens: int32(n), Gap: w.now.Sub(s.last)})
				} else {
					w.ended.Tokens += int64(n)
				}
				s.emitted += n
				s.last = w.now
				if s.emitted == int(s.q.Output) {
					w.finish(s)
				}
			} else if s.computed == s.target() {
				w.caughtUp(s)
			}
		}
	}
	for _, id := range w.aborting {
		w.abort(id)
	}
	w.aborting = nil
	for _, s := range w.running {
		if s.last != w.now && !w.prompts { // it did not emit
			s.decodes = false
		}
	}
}

// abort removes a sequence that runs, or waits after a preemption, unless it has finished.
func (w *StepwiseEngine) abort(id int32) {
	has := func(s *sequence) bool { return s.id == id }
	if i := slices.IndexFunc(w.running, has); i >= 0 {
		w.emit(tokens.Outcome{Kind: tokens.Aborted, ID: id, Tokens: int32(w.running[i].emitted)})
		s := w.running[i]
		w.release(s, false)
		w.running = slices.Delete(w.running, i, i+1)
		w.stopped(s)
	} else if i := slices.IndexFunc(w.waiting, func(s *sequence) bool { return has(s) && s.began }); i >= 0 {
		w.emit(tokens.Outcome{Kind: tokens.AbortedWaiting, ID: id, Tokens: int32(w.waiting[i].emitted)})
		w.waiting = slices.Delete(w.waiting, i, i+1)
	}
}

func (w *StepwiseEngine) caughtUp(s *sequence) {
	s.emitted++
	if s.emitted == 1 {
		w.ended.Firsts++
		w.ended.Prompts += int64(s.q.Prompt)
		w.emit(tokens.Outcome{Kind: tokens.FirstToken, ID: s.id})
	} else {
		w.emit(tokens.Outcome{Kind: tokens.NextToken, ID: s.id, Tokens: 1, Gap: w.now.Sub(s.last)})
	}
	s.last = w.now
	if s.emitted == int(s.q.Output) {
		w.finish(s)
		return
	}
	s.decodes, s.since, s.context = true, w.steps, s.computed
}

func (w *StepwiseEngine) finish(s *sequence) {
	w.running = slices.DeleteFunc(w.running, func(o *sequence) bool { return o == s })
	w.stopped(s)
	w.release(s, true)
	w.emit(tokens.Outcome{Kind: tokens.Finished, ID: s.id})
}
