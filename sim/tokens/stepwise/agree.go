package stepwise

import (
	"fmt"
	"math"
	"slices"

	"github.com/google/go-cmp/cmp"

	"wavetank/sim/tokens"
)

// Agree returns the differences between a run and the same steps, reported one by one.
func Agree(run *tokens.Steps, steps []tokens.Steps) (faults []string) {
	if len(steps) == 0 {
		return nil
	}
	first, last := steps[0], steps[len(steps)-1]
	sum := tokens.Steps{
		Count: len(steps), Begin: first.Begin, Fraction: first.Fraction, Ahead: first.Ahead, Time: first.Time, Growth: run.Growth, Decoding: first.Decoding,
		Running: first.Running, Waiting: last.Waiting, HeldFirst: first.HeldFirst, HeldLast: last.HeldLast, Blocks: first.Blocks,
		Work: first.Work, Advance: run.Advance, Engine: first.Engine, Engines: first.Engines,
	}
	for i, s := range steps {
		if n, emitted := run.EndedBy(s.Begin); n != i || emitted != sum.Tokens {
			faults = append(faults, fmt.Sprintf("by the beginning of step %d %d have ended and emitted %d tokens, not %d: %+v", i, n, emitted, sum.Tokens, *run))
		}
		sum.Span += s.Span
		sum.Tokens += s.Tokens
		sum.Prefilled += s.Prefilled
		sum.Firsts += s.Firsts
		sum.Loaded += s.Loaded
		sum.Restored += s.Restored
		sum.Prompts += s.Prompts
		if s.Time != run.Time+int64(i)*run.Growth || s.Decoding != first.Decoding || s.Running != first.Running || math.Abs(float64(s.Work.Context-first.Work.Context)-float64(i)*run.Advance) > 1 {
			faults = append(faults, fmt.Sprintf("step %d of a run %+v is %+v", i, *run, s))
		}
	}
	if sum != *run {
		faults = append(faults, fmt.Sprintf("run (-stepwise +replica): %s", cmp.Diff(sum, *run)))
	}
	return faults
}

// Faults returns the broken invariants of the step-by-step engine, between two steps.
func (w *StepwiseEngine) Faults() (faults []string) {
	wrong := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Sprintf("step-by-step engine: "+format, args...))
		}
	}
	holders, scheduled, held := make([]int, w.c.Blocks), 0, 0
	for _, s := range w.running {
		scheduled += s.scheduled
		wrong(len(s.blocks) != w.ceil(s.computed), "request %d holds %d blocks for %d tokens", s.id, len(s.blocks), s.computed)
		for _, b := range s.blocks {
			holders[b]++
		}
	}
	for _, s := range w.waiting {
		wrong(len(s.blocks) > 0, "request %d waits and holds blocks", s.id)
	}
	wrong(!slices.Equal(holders, w.holders), "holders %v, counted %v", holders, w.holders)
	for _, b := range w.line {
		wrong(holders[b] > 0, "block %d is free and held", b)
	}
	for _, h := range holders {
		held += min(h, 1)
	}
	wrong(held+len(w.line) != w.c.Blocks, "%d blocks are held and %d free of %d", held, len(w.line), w.c.Blocks)
	wrong(scheduled > w.c.MaxTokens, "%d tokens in a step", scheduled)
	wrong(len(w.running) > w.c.MaxSequences, "%d sequences run", len(w.running))
	return faults
}
