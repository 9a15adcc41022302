package stepwise

import (
	"math"
	"math/big"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// StepwiseGroup is a simple replica of several engines: the stages of a pipeline, or ranks.
type StepwiseGroup struct {
	c       *tokens.Config
	engines []*StepwiseEngine
	of      map[int32]*StepwiseEngine
	free    []*big.Int // when each stage is free, in grains
	ended   []tokens.Steps
}

// NewGroup returns an empty replica.
func NewGroup(c *tokens.Config) *StepwiseGroup {
	g := &StepwiseGroup{c: c, of: map[int32]*StepwiseEngine{}}
	part := *c
	n := max(c.Stages, c.Ranks)
	part.Blocks = c.Blocks / n
	if c.Offload != nil && c.Offload.Blocks < n {
		part.Offload = nil // no block for each
	} else if c.Offload != nil {
		part.Offload = &tokens.Offload{Blocks: c.Offload.Blocks / n, Grains: c.Offload.Grains}
	}
	for range n {
		e := New(&part)
		e.rank = c.Ranks > 1
		if c.Stages > 1 {
			e.pass = g.pass
		}
		g.engines, g.free = append(g.engines, e), append(g.free, new(big.Int))
	}
	return g
}

// pass lets a batch of an engine pass the stages, and returns how long that takes.
func (g *StepwiseGroup) pass(e *StepwiseEngine, grains int64) int64 {
	begin := new(big.Int).Mul(big.NewInt(int64(e.now)), big.NewInt(profile.Grains))
	begin.Add(begin, big.NewInt(e.fraction))
	at := new(big.Int).Set(begin)
	for i, free := range g.free {
		if i > 0 {
			at.Add(at, new(big.Int).Mul(big.NewInt(int64(g.c.Hop)), big.NewInt(profile.Grains)))
		}
		if free.Cmp(at) > 0 {
			at.Set(free)
		}
		part := grains / int64(len(g.free))
		if int64(i) < grains%int64(len(g.free)) {
			part++
		}
		at.Add(at, big.NewInt(part))
		free.Set(at)
	}
	return at.Sub(at, begin).Int64()
}

// target returns the engine that takes the next request.
func (g *StepwiseGroup) target() *StepwiseEngine {
	load := func(e *StepwiseEngine) int {
		if g.c.Ranks > 1 {
			return 4*e.Waiting() + e.Running()
		}
		return e.Waiting() + e.Running()
	}
	best := g.engines[0]
	for _, e := range g.engines {
		if load(e) < load(best) {
			best = e
		}
	}
	return best
}

// Enqueue gives a request to an engine.
func (g *StepwiseGroup) Enqueue(id int32, q tokens.EngineRequest) {
	g.of[id] = g.target()
	g.of[id].Enqueue(id, q)
}

// Withdraw removes a request that was never scheduled.
func (g *StepwiseGroup) Withdraw(id int32) { g.of[id].Withdraw(id) }

// Abort ends a request that was scheduled, at the end of the step.
func (g *StepwiseGroup) Abort(id int32) { g.of[id].Abort(id) }

// Slow slows all engines.
func (g *StepwiseGroup) Slow(now kernel.Time, factor float64) {
	for _, e := range g.engines {
		e.Slow(now, factor)
	}
}

// Wake returns the instant at which End and Begin are to be called next.
func (g *StepwiseGroup) Wake(now kernel.Time) kernel.Time {
	if g.c.Ranks > 1 && g.Working() {
		return g.Next()
	}
	first := kernel.Never
	for _, e := range g.engines {
		first = min(first, e.Wake(now))
	}
	return first
}

// Next returns the instant at which the first step under way ends.
func (g *StepwiseGroup) Next() kernel.Time {
	first := kernel.Never
	for _, e := range g.engines {
		first = min(first, e.Next())
	}
	return first
}

// Step is End and Begin in one.
func (g *StepwiseGroup) Step(now kernel.Time) []tokens.Outcome {
	ended := g.End(now)
	begun, _ := g.Begin(now)
	return append(ended, begun...)
}

// End ends the steps that end now.
func (g *StepwiseGroup) End(now kernel.Time) (outcomes []tokens.Outcome) {
	g.ended = nil
	for i, e := range g.engines {
		if e.busy && e.boundary > now {
			continue
		}
		outcomes = append(outcomes, e.End(now)...)
		if s := e.Steps(); s.Count > 0 {
			g.ended = append(g.ended, *s)
			one := &g.ended[len(g.ended)-1]
			one.Engine, one.Engines = i, len(g.engines)
		}
	}
	return outcomes
}

// Begin begins the next steps. The steps of ranks take as long as that of the slowest, and the
// experts for the tokens of all.
func (g *StepwiseGroup) Begin(now kernel.Time) (outcomes []tokens.Outcome, next kernel.Time) {
	var all []*StepwiseEngine
	longest, scheduled, fraction := int64(0), int64(0), int64(0)
	for _, e := range g.engines {
		if e.busy {
			continue
		}
		fraction = max(fraction, e.fraction) // idle ranks have none
		begun, _ := e.Begin(now)
		outcomes = append(outcomes, begun...)
		if e.busy && e.rank {
			all, longest = append(all, e), max(longest, e.took)
			for _, s := range e.running {
				scheduled += int64(s.scheduled)
			}
		}
	}
	for _, e := range all {
		grains := longest + g.c.StepTime.ExpertsTime(scheduled)
		if e.slow != 1 {
			grains = int64(math.Round(float64(grains) * e.slow))
		}
		e.fraction = fraction
		e.last(grains)
	}
	return outcomes, g.Next()
}

// Steps returns the steps that the last call of End has ended, linked by Also.
func (g *StepwiseGroup) Steps() *tokens.Steps {
	if len(g.ended) == 0 {
		return &tokens.Steps{}
	}
	for i := range g.ended[1:] {
		g.ended[i].Also = &g.ended[i+1]
	}
	return &g.ended[0]
}

// Report returns no steps.
func (g *StepwiseGroup) Report(kernel.Time) *tokens.Steps {
	g.ended = nil
	return g.Steps()
}

// Working reports whether steps are under way.
func (g *StepwiseGroup) Working() bool { return g.Next() != kernel.Never }

// Waiting returns the number of requests that wait to be scheduled.
func (g *StepwiseGroup) Waiting() (n int) {
	for _, e := range g.engines {
		n += e.Waiting()
	}
	return n
}

// Running returns the number of requests that run.
func (g *StepwiseGroup) Running() (n int) {
	for _, e := range g.engines {
		n += e.Running()
	}
	return n
}

// Held returns the number of blocks in use.
func (g *StepwiseGroup) Held(now kernel.Time) (n int) {
	for _, e := range g.engines {
		n += e.Held(now)
	}
	return n
}

// Matched returns how many tokens of a request's prompt its engine would find.
func (g *StepwiseGroup) Matched(now kernel.Time, q *tokens.EngineRequest) int {
	return g.target().Matched(now, q)
}

// Faults returns the broken invariants of all engines.
func (g *StepwiseGroup) Faults() (faults []string) {
	for _, e := range g.engines {
		faults = append(faults, e.Faults()...)
	}
	return faults
}
