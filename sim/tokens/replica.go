package tokens

import (
	"fmt"
	"math"
	"slices"
	"time"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// Engine is the scheduler and the KV cache of one LLM replica. Its driver calls Wake when something changed in the
// waiting line, and Step at the instant that Wake or Next names, after all else that happens at that instant.
type Engine struct {
	config *Config
	pool   *Pool
	speed  speed

	running     list
	line        list    // the waiting, where they are served as they come
	ranked      heap    // the waiting, where they are served by priority
	coming      []int32 // those that wait from the next boundary on
	notDecoding int     // sequences that run and do not decode
	admissions  int64
	free        int // blocks
	cache       *cache

	decoding agenda
	began    int64   // Σ over the decoding of the steps when they began to
	context  int64   // Σ over the decoding of the tokens that they then had in the cache
	phases   []int32 // sequences that begin a block when the token clock modulo the block size is so
	size     size
	steps    int64 // ended since the replica was made

	base              kernel.Time // the boundary at which the run began
	fraction          int64       // of a nanosecond, in grains, by which the exact sum is ahead of it
	run               run
	prefillingNow     []int32 // the sequences that catch up in the present step
	skipped           []int32 // the decoding sequences that the present step has no room for
	preemptedThisStep bool    // the present step preempted
	admissionBlocked  bool    // nobody who waits can join before a sequence leaves
	outcomes          []Outcome
	report            Steps
}

// run is steps under way.
type run struct {
	count     int          // steps; 0: the replica is idle
	settled   int          // steps whose blocks have been taken
	told      int          // steps that were reported
	time      int64        // of the first, in grains
	growth    int64        // from each to the next
	prefilled int64        // tokens that sequences which do not decode compute
	held      int          // blocks during the first
	work      profile.Work // of the first
}

// New returns an empty replica.
func New(c *Config, p *Pool) *Engine {
	r := &Engine{config: c, pool: p, speed: newSpeed(c), running: emptyList, line: emptyList, free: c.Blocks, phases: make([]int32, c.Block), size: newSize(c.Block)}
	if c.PrefixCache {
		r.cache = newCache(c.Blocks)
	}
	return r
}

// Enqueue lets a request wait. Config.Refuses must not refuse it.
func (r *Engine) Enqueue(id int32, q EngineRequest) {
	s := r.pool.at(id)
	*s = sequence{prompt: q.Prompt, output: q.Output, computed: q.Computed, priority: q.Priority, ordinal: q.Ordinal, content: q.Content, node: none}
	if q.Computed > 0 {
		s.emitted, s.last = 1, q.Emitted
	}
	if r.config.Ahead && r.run.count > 0 {
		r.coming = append(r.coming, id)
		return
	}
	r.wait(id)
}

// Withdraw takes a request that was never scheduled out of the waiting line.
func (r *Engine) Withdraw(id int32) {
	s := r.pool.at(id)
	if s.state != waiting || s.began {
		panic(fmt.Sprintf("tokens: request %d is withdrawn in state %d", id, s.state))
	}
	if i := slices.Index(r.coming, id); i >= 0 {
		r.coming = slices.Delete(r.coming, i, i+1)
		return
	}
	if r.config.Priority {
		r.ranked.remove(r.pool, int(s.place))
	} else {
		r.line.remove(r.pool, id)
	}
	r.admissionBlocked = r.admissionBlocked && r.running.length == r.config.MaxSequences
}

// Wake returns the instant of the next Step, from now on: that of the first boundary at which somebody who waits may
// join, or at which the run ends; now, where the replica is idle and has something to do; kernel.Never where not.
func (r *Engine) Wake(now kernel.Time) kernel.Time {
	if r.run.count == 0 {
		if r.ready() == 0 {
			return kernel.Never
		}
		return now
	}
	if len(r.coming) > 0 || r.ready() > 0 && !r.admissionBlocked {
		r.run.count = r.run.until(r.grains(now))
	}
	return r.Next()
}

// Next returns the instant at which the run under way ends, kernel.Never where there is none.
func (r *Engine) Next() kernel.Time {
	if r.run.count == 0 {
		return kernel.Never
	}
	return r.boundary(r.run.count)
}

// grains returns the time from the beginning of the run to an instant.
func (r *Engine) grains(at kernel.Time) int64 {
	return int64(at.Sub(r.base))*profile.Grains - r.fraction
}

// Step ends the run under way, which must end now, and begins the next. It returns what happened to requests at
// this boundary, valid until the next call.
func (r *Engine) Step(now kernel.Time) []Outcome {
	r.outcomes = r.outcomes[:0]
	r.report.Count = 0
	if r.run.count > 0 {
		r.conclude(now)
	} else {
		r.base, r.fraction = now, 0
	}
	for !r.schedule(now) {
	}
	r.welcome(now)
	return r.outcomes
}

// Steps returns the run that the last Step ended; its Count is 0 where it ended none.
func (r *Engine) Steps() *Steps { return &r.report }

// Report returns the steps of the run under way that ended before an instant, as a run of their own; Steps leaves out what
// was reported. The Count is 0 where there is none.
func (r *Engine) Report(before kernel.Time) *Steps {
	r.report.Count = 0
	if r.run.count > 1 {
		if n := r.run.until(r.grains(before)) - 1; n > r.run.told {
			r.tell(n, r.boundary(n))
		}
	}
	return &r.report
}

// conclude ends the run under way.
func (r *Engine) conclude(now kernel.Time) {
	n := r.run.count
	r.settle(n)
	t := r.fraction + r.run.total(n)
	end := r.base.Add(time.Duration(t / profile.Grains))
	if end != now {
		panic(fmt.Sprintf("tokens: a run that ends at %v is ended at %v", end, now))
	}
	r.tell(n, end)
	r.base, r.fraction = end, t%profile.Grains
	r.steps += int64(n)
	r.run.count = 0
	clock := r.speed.clock(r.steps)
	for len(r.decoding.dues) > 0 && r.decoding.dues[0].step <= r.steps {
		id := r.decoding.dues[0].id
		r.report.Tokens -= clock - r.pool.sequences[id].finish // accepted beyond its end
		r.finish(id)
	}
	for _, id := range r.prefillingNow {
		if s := &r.pool.sequences[id]; s.computed == s.target() {
			r.emit(id, now)
		}
	}
}

// boundary returns the instant at which so many steps of the run under way have ended.
func (r *Engine) boundary(steps int) kernel.Time {
	return r.base.Add(time.Duration((r.fraction + r.run.total(steps)) / profile.Grains))
}

// tell reports the steps of the run up to the n-th that were not reported; that one ends at an instant.
func (r *Engine) tell(n int, end kernel.Time) {
	p, from := &r.report, r.run.told
	begin, first := r.base, r.steps+int64(from)
	p.Work, p.HeldFirst, p.Fraction = r.run.work, r.run.held, r.fraction
	if from > 0 {
		begin, p.HeldFirst = r.boundary(from), r.heldIn(from+1)
		p.Fraction = (r.fraction + r.run.total(from)) % profile.Grains
		p.Work.Context = r.context + (int64(len(r.decoding.dues))*first-r.began)*r.speed.rate>>16
	}
	p.Count, p.Begin, p.Span = n-from, begin, end.Sub(begin)
	p.Time, p.Growth = r.run.time+int64(from)*r.run.growth, r.run.growth
	p.Decoding, p.Prefilled, p.Running, p.Waiting = len(r.decoding.dues), r.run.prefilled, r.running.length, r.Waiting()
	p.Tokens = int64(p.Decoding) * (r.speed.clock(r.steps+int64(n)) - r.speed.clock(first))
	p.Firsts, p.Prompts = 0, 0
	p.Ahead = first * r.speed.rate & (1<<16 - 1)
	p.HeldLast, p.Blocks = r.heldIn(n), r.config.Blocks
	p.Advance = float64(p.Decoding) * float64(r.speed.rate) / (1 << 16)
	r.run.told = n
}

// emit lets a sequence that has caught up emit its token, and decode or finish.
func (r *Engine) emit(id int32, now kernel.Time) {
	s := &r.pool.sequences[id]
	s.emitted++
	if s.emitted == 1 {
		r.report.Firsts++
		r.report.Prompts += int64(s.prompt)
		r.outcomes = append(r.outcomes, Outcome{Kind: FirstToken, ID: id})
	} else {
		r.outcomes = append(r.outcomes, Outcome{Kind: NextToken, ID: id, Gap: now.Sub(s.last)})
	}
	if s.emitted >= s.output {
		r.finish(id)
		return
	}
	r.notDecoding--
	s.state = decoding
	clock := r.speed.clock(r.steps)
	s.finish = clock + int64(s.output-s.emitted)
	s.start = r.steps
	r.began += r.steps
	r.context += int64(s.computed)
	r.phases[r.size.phase(-s.offset())]++
	r.decoding.push(r.pool, due{r.speed.reach(s.finish), id})
}

// halt takes a sequence out of the decoding; clock is the token clock up to which it has blocks.
func (r *Engine) halt(id int32, clock int64) {
	s := &r.pool.sequences[id]
	r.decoding.remove(id)
	r.phases[r.size.phase(-s.offset())]--
	r.began -= s.start
	r.context -= s.offset() + r.speed.clock(s.start)
	s.computed = int32(s.offset() + clock)
	s.held = r.blocks(s.computed)
}

// finish ends a running sequence.
func (r *Engine) finish(id int32) {
	s := &r.pool.sequences[id]
	if s.state == decoding {
		r.halt(id, r.speed.clock(r.steps))
	} else {
		r.notDecoding--
	}
	r.running.remove(r.pool, id)
	r.release(s, true)
	r.outcomes = append(r.outcomes, Outcome{Kind: Finished, ID: id})
}

// Working reports whether a run of steps is under way.
func (r *Engine) Working() bool { return r.run.count > 0 }

// Waiting returns the number of requests that wait to be scheduled, preempted ones included.
func (r *Engine) Waiting() int { return r.ready() + len(r.coming) }

// ready returns the number of those that the next schedule sees.
func (r *Engine) ready() int { return r.line.length + len(r.ranked.entries) }

// Running returns the number of requests that run.
func (r *Engine) Running() int { return r.running.length }

// Held returns the number of KV blocks in use at an instant that is not after the next boundary.
func (r *Engine) Held(now kernel.Time) int {
	if r.run.count > 0 {
		r.settle(r.run.until(r.grains(now)))
	}
	return r.config.Blocks - r.free
}

// blocks returns the number of blocks that so many tokens fill.
func (r *Engine) blocks(n int32) int32 { return r.size.full(n + int32(r.size.tokens) - 1) }

// speed is how fast decoding sequences advance.
type speed struct {
	rate  int64 // tokens per step, in units of 2⁻¹⁶
	width int   // of the budget, for one sequence
	// growth of the context in the three forms of the law, per sequence and step
	compute, memory, overhead int64
}

func newSpeed(c *Config) speed {
	v := speed{rate: 1 << 16, width: 1 + c.Draft}
	if c.Draft > 0 {
		p := c.Acceptance
		v.rate = int64(math.Round((1 - math.Pow(p, float64(c.Draft+1))) / (1 - p) * (1 << 16)))
	}
	grow := func(context int64) int64 {
		if v.rate == 1<<16 {
			return context
		}
		return int64(math.Round(float64(context) * float64(v.rate) / (1 << 16)))
	}
	v.compute, v.memory, v.overhead = grow(c.StepTime.Compute.Context), grow(c.StepTime.Memory.Context), grow(c.StepTime.Overhead.Context)
	return v
}

// clock returns the token clock after so many steps: how far a sequence that always decodes has come.
func (v *speed) clock(steps int64) int64 { return steps * v.rate >> 16 }

// reach returns the number of steps after which the token clock has reached an instant.
func (v *speed) reach(clock int64) int64 {
	if v.rate == 1<<16 {
		return clock
	}
	return (clock<<16 + v.rate - 1) / v.rate
}
