package tokens

import (
	"time"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// Engine is the scheduler and the KV cache of one LLM replica. The caller calls Wake when the
// waiting line has changed. At the instant that Wake or Next returns, the caller calls End before
// anything else happens, and Begin after everything else has happened.
type Engine struct {
	config  *Config
	pool    *Pool
	speed   *speed
	special *special // nil: none of its settings

	running     list
	line        list    // waiting sequences in the order of arrival; without Priority
	ranked      heap    // waiting sequences by priority; with Priority
	coming      []int32 // sequences that join the waiting line at the next boundary
	notDecoding int     // sequences that run and do not decode
	aborting    []int32 // sequences that leave at the next boundary (Abort)
	admissions  int64
	free        int // number of free blocks
	cache       *cache

	decoding agenda
	began    int64 // Σ over decoding sequences: the value of steps when they began to decode
	context  int64 // Σ over decoding sequences: their tokens in the cache at that time
	// number of decoding sequences by the phase of the token clock at which they begin a block
	phases []int32
	size   size
	steps  int64 // steps ended since the replica was made

	base              kernel.Time // the boundary at which the run began
	fraction          int64       // grains by which the exact sum of step times is ahead of base
	run               run
	between           bool    // a run has ended, and Begin has not been called yet
	prefillingNow     []int32 // sequences that prefill in the present step
	skipped           []int32 // decoding sequences for which the present step has no budget
	preemptedThisStep bool    // the present step has preempted a sequence
	admissionBlocked  bool    // no waiting sequence can join before a running sequence leaves

}

// New returns an empty replica.
func New(c *Config, p *Pool) *Engine {
	r := &Engine{config: c, pool: p, speed: p.speedOf(c), running: emptyList, line: emptyList, free: c.Blocks, phases: make([]int32, c.Block), size: newSize(c.Block)}
	r.special = newSpecial(c)
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

// blocks returns the number of blocks that n tokens take. The last block may be filled in part.
func (r *Engine) blocks(n int32) int32 { return r.size.full(n + int32(r.size.tokens) - 1) }

// grains returns the time from the beginning of the run to an instant.
func (r *Engine) grains(at kernel.Time) int64 {
	return int64(at.Sub(r.base))*profile.Grains - r.fraction
}

// boundary returns the instant at which the given number of steps of the present run have ended.
func (r *Engine) boundary(steps int) kernel.Time {
	return r.base.Add(time.Duration((r.fraction + r.run.total(steps)) / profile.Grains))
}
