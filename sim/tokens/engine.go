package tokens

import (
	"time"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// Engine is the scheduler and the KV cache of one LLM replica. Its driver calls Wake when the
// waiting line has changed. At the instant that Wake or Next returns it calls End before all else
// that happens at that instant, and Begin after all of it.
type Engine struct {
	config *Config
	pool   *Pool
	speed  speed

	running     list
	line        list    // the waiting, where they are served as they come
	ranked      heap    // the waiting, where they are served by priority
	coming      []int32 // sequences that wait from the next boundary on
	notDecoding int     // sequences that run and do not decode
	admissions  int64
	free        int // blocks
	cache       *cache

	decoding agenda
	began    int64   // Σ over the decoding of the steps when they began to
	context  int64   // Σ over the decoding of the tokens that they then had in the cache
	phases   []int32 // decoding sequences by the phase of the clock at which they begin a block
	size     size
	steps    int64 // ended since the replica was made

	base              kernel.Time // the boundary at which the run began
	fraction          int64       // grains by which the exact sum is ahead of base
	run               run
	between           bool    // a run has ended, and Begin is still to come
	prefillingNow     []int32 // the sequences that catch up in the present step
	skipped           []int32 // the decoding sequences that the present step has no room for
	preemptedThisStep bool    // the present step preempted
	admissionBlocked  bool    // no waiting sequence can join before a running one leaves
	outcomes          []Outcome
	report            Steps
}

// New returns an empty replica.
func New(c *Config, p *Pool) *Engine {
	r := &Engine{config: c, pool: p, speed: newSpeed(c), running: emptyList, line: emptyList, free: c.Blocks, phases: make([]int32, c.Block), size: newSize(c.Block)}
	if c.PrefixCache {
		r.cache = newCache(c.Blocks)
	}
	return r
}

// Working reports whether a run of steps is under way.
func (r *Engine) Working() bool { return r.run.count > 0 }

// Waiting returns the number of requests that wait to be scheduled, preempted ones included.
func (r *Engine) Waiting() int { return r.ready() + len(r.coming) }

// ready returns the number of waiting sequences that the next schedule sees.
func (r *Engine) ready() int { return r.line.length + len(r.ranked.entries) }

// Running returns the number of requests that run.
func (r *Engine) Running() int { return r.running.length }

// blocks returns the number of blocks that n tokens take, the last one perhaps in part.
func (r *Engine) blocks(n int32) int32 { return r.size.full(n + int32(r.size.tokens) - 1) }

// grains returns the time from the beginning of the run to an instant.
func (r *Engine) grains(at kernel.Time) int64 {
	return int64(at.Sub(r.base))*profile.Grains - r.fraction
}

// boundary returns the instant at which the given number of steps of the present run have ended.
func (r *Engine) boundary(steps int) kernel.Time {
	return r.base.Add(time.Duration((r.fraction + r.run.total(steps)) / profile.Grains))
}
