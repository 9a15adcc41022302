package tokens

import (
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// EngineGroup is a replica of several engines (Parallel). Its methods are those of Engine.
type EngineGroup struct {
	config   *Config
	engines  []*Engine
	engineOf map[int32]int32 // engine of a request
	fraction int64           // of ranks: grains by which the exact boundary is ahead
	outcomes []Outcome
	reports  []Steps
}

// NewGroup returns an empty replica of several engines.
func NewGroup(c *Config, p *Pool) *EngineGroup {
	g := &EngineGroup{config: c, engineOf: map[int32]int32{}}
	part := p.partOf(c)
	var line *stages
	if c.Stages > 1 {
		line = &stages{free: make([]point, c.Stages), hop: int64(c.Hop) * profile.Grains}
	}
	for range c.Engines() {
		e := New(part, p)
		if e.special == nil {
			e.special = &special{slow: 1}
		}
		e.special.stages, e.special.rank = line, c.Ranks > 1
		g.engines = append(g.engines, e)
	}
	return g
}

// Enqueue gives a request to the engine with the least load: with ranks the one where four times
// the waiting and once the running requests are fewest (DPLBAsyncMPClient in
// vllm/v1/engine/core_client.py), with stages the one with the fewest requests. Of equal engines it
// is the first.
func (g *EngineGroup) Enqueue(id int32, q EngineRequest) {
	i := g.least()
	g.engineOf[id] = int32(i)
	g.engines[i].Enqueue(id, q)
}

// least returns the engine that takes the next request.
func (g *EngineGroup) least() (best int) {
	least, weight := 0, 1
	if g.config.Ranks > 1 {
		weight = 4
	}
	for i, e := range g.engines {
		if n := weight*e.Waiting() + e.Running(); i == 0 || n < least {
			best, least = i, n
		}
	}
	return best
}

// Withdraw removes a request that was never scheduled.
func (g *EngineGroup) Withdraw(id int32) {
	g.engines[g.engineOf[id]].Withdraw(id)
	delete(g.engineOf, id)
}

// Abort ends a request that was scheduled, at the next boundary of its engine.
func (g *EngineGroup) Abort(id int32) { g.engines[g.engineOf[id]].Abort(id) }

// Slow slows all engines.
func (g *EngineGroup) Slow(now kernel.Time, factor float64) {
	for _, e := range g.engines {
		e.Slow(now, factor)
	}
}

// Wake returns the instant at which End and Begin are to be called next. An engine of a pipeline
// that is idle begins at once. A rank waits for the end of the step of the others.
func (g *EngineGroup) Wake(now kernel.Time) kernel.Time {
	if g.config.Ranks < 2 || !g.Working() {
		first := kernel.Never
		for _, e := range g.engines {
			first = min(first, e.Wake(now))
		}
		return first
	}
	for _, e := range g.engines {
		if len(e.aborting) > 0 || e.ready() > 0 && (e.run.count == 0 || !e.admissionBlocked) {
			g.cut(now)
			break
		}
	}
	return g.Next()
}

// cut ends the runs of steps of all ranks at the first boundary that is not before now.
func (g *EngineGroup) cut(now kernel.Time) {
	for _, e := range g.engines {
		if e.run.count > 0 {
			e.run.count = e.run.until(e.grains(now))
		}
	}
}

// Next returns the instant at which the first run under way ends, or kernel.Never.
func (g *EngineGroup) Next() kernel.Time {
	first := kernel.Never
	for _, e := range g.engines {
		first = min(first, e.Next())
	}
	return first
}

// Step is End and Begin in one.
func (g *EngineGroup) Step(now kernel.Time) []Outcome {
	ended := append([]Outcome(nil), g.End(now)...)
	begun, _ := g.Begin(now)
	return append(ended, begun...)
}

// End ends the runs that end now.
func (g *EngineGroup) End(now kernel.Time) []Outcome {
	g.outcomes, g.reports, g.fraction = g.outcomes[:0], g.reports[:0], 0
	for i, e := range g.engines {
		works := e.run.count > 0
		if works && e.Next() > now {
			continue
		}
		g.outcomes = append(g.outcomes, e.End(now)...)
		g.report(i, e.Steps())
		if works {
			g.fraction = e.fraction
		}
	}
	for i := range g.outcomes {
		switch g.outcomes[i].Kind {
		case Finished, Aborted, AbortedWaiting:
			delete(g.engineOf, g.outcomes[i].ID)
		}
	}
	return g.outcomes
}

// Begin begins the next steps of the engines that have ended one or are idle.
func (g *EngineGroup) Begin(now kernel.Time) ([]Outcome, kernel.Time) {
	g.outcomes = g.outcomes[:0]
	for _, e := range g.engines {
		if e.run.count == 0 {
			begun, _ := e.Begin(now)
			g.outcomes = append(g.outcomes, begun...)
		}
	}
	if g.config.Ranks > 1 {
		g.align()
	}
	return g.outcomes, g.Next()
}

// align lets the steps of all ranks take equally long: as long as the slowest rank needs for all
// but the experts, and the time of the experts for the tokens of all ranks. A run has as many steps
// as every rank can make, and as the same rank is the slowest.
func (g *EngineGroup) align() {
	var slowest *Engine
	tokens := int64(0)
	for _, e := range g.engines {
		if e.run.count == 0 {
			continue
		}
		tokens += e.run.work.Prefill + e.run.work.Decode
		if r := &e.run; slowest == nil || r.time > slowest.run.time || r.time == slowest.run.time && r.growth > slowest.run.growth {
			slowest = e
		}
	}
	if slowest == nil {
		return
	}
	time, growth, count := slowest.run.time, slowest.run.growth, slowest.run.count
	for _, e := range g.engines {
		if r := &e.run; r.count > 0 {
			count = min(count, r.count)
			if r.growth > growth {
				count = int(min(int64(count), (time-r.time)/(r.growth-growth)+1))
			}
		}
	}
	time = slowest.special.slowed(time + g.config.StepTime.ExpertsTime(tokens))
	for _, e := range g.engines {
		if e.run.count > 0 {
			e.run.time, e.run.growth, e.fraction = time, growth, g.fraction
			e.run.count = int(e.inside(int64(count)))
		}
	}
}

// Steps returns the runs that the last call of End has ended, linked by Also.
func (g *EngineGroup) Steps() *Steps {
	if len(g.reports) == 0 {
		g.reports = append(g.reports, Steps{})
	}
	for i := range g.reports[1:] {
		g.reports[i].Also = &g.reports[i+1]
	}
	return &g.reports[0]
}

// Report returns the steps under way that ended before an instant, linked by Also.
func (g *EngineGroup) Report(before kernel.Time) *Steps {
	g.reports = g.reports[:0]
	for i, e := range g.engines {
		g.report(i, e.Report(before))
	}
	return g.Steps()
}

// report keeps a copy of the steps of an engine.
func (g *EngineGroup) report(engine int, s *Steps) {
	if s.Count > 0 {
		g.reports = append(g.reports, *s)
		one := &g.reports[len(g.reports)-1]
		one.Engine, one.Engines = engine, len(g.engines)
	}
}

// Working reports whether steps are under way.
func (g *EngineGroup) Working() bool { return g.Next() != kernel.Never }

// Waiting returns the number of requests that wait to be scheduled.
func (g *EngineGroup) Waiting() int { return g.sum((*Engine).Waiting) }

// Running returns the number of requests that run.
func (g *EngineGroup) Running() int { return g.sum((*Engine).Running) }

// Held returns the number of KV blocks in use.
func (g *EngineGroup) Held(now kernel.Time) int {
	return g.sum(func(e *Engine) int { return e.Held(now) })
}

func (g *EngineGroup) sum(of func(*Engine) int) (n int) {
	for _, e := range g.engines {
		n += of(e)
	}
	return n
}

// Matched returns how many tokens of a request's prompt the engine would find in its cache that
// would take the request now.
func (g *EngineGroup) Matched(now kernel.Time, q *EngineRequest) int {
	return g.engines[g.least()].Matched(now, q)
}
