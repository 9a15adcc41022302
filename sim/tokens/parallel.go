package tokens

import (
	"math"
	"time"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// Parallel says of how many engines a replica consists. Each has a scheduler and an equal part of
// the KV cache. At most one of Stages and Ranks is above 1.
type Parallel struct {
	// Stages over which the layers are spread: pipeline_parallel_size. As many engines have a batch
	// each in the stages, like the virtual engines of vLLM before version 1 (vllm/engine).
	Stages int
	Hop    time.Duration // time from a stage to the next
	// ranks with data-parallel attention and expert parallelism: data_parallel_size with
	// enable_expert_parallel
	Ranks int
}

// Engines returns the number of engines.
func (p *Parallel) Engines() int { return max(1, p.Stages, p.Ranks) }

// Part returns the configuration of one of the engines, with its part of the blocks.
func (c *Config) Part() *Config {
	n := c.Engines()
	part := *c
	part.Parallel, part.Blocks = Parallel{}, c.Blocks/n
	if c.Offload != nil && c.Offload.Blocks < n {
		part.Offload = nil // no block for each engine
	} else if c.Offload != nil {
		part.Offload = &Offload{Blocks: c.Offload.Blocks / n, Grains: c.Offload.Grains}
	}
	return &part
}

// One returns the configuration of a replica with a single engine that does what one of the engines
// of this replica does if all have equal work.
func (c *Config) One() *Config {
	if c.Engines() == 1 {
		return c
	}
	one := c.Part()
	one.StepTime.Overhead.Constant += c.hops()
	if e := &one.StepTime.Experts; c.Ranks > 1 && e.Count > 0 {
		e.Active = min(e.Count, max(1, int64(math.Round(e.Activated(float64(c.Ranks))))))
	}
	if one.StepTime.Table != nil {
		one.StepTime.Table = one.StepTime.Table.OfOneRank()
	}
	return one
}

// hops returns the time that a batch takes from stage to stage, in grains.
func (c *Config) hops() int64 { return int64(max(0, c.Stages-1)) * int64(c.Hop) * profile.Grains }

// stages are the stages of a pipeline. A batch passes them one after another, and a stage has one
// batch at a time, in the order in which the batches begin.
type stages struct {
	free []point // when each stage has ended its last batch
	hop  int64   // grains from a stage to the next
}

// point is an exact instant: a nanosecond, and grains after it.
type point struct {
	at    kernel.Time
	after int64
}

// pass lets a batch pass all stages, from some grains after now. Together they work on it for so
// many grains, each for an equal part; if these are not whole, the first stages take a grain more.
// It returns how many grains after its beginning the batch has left the last stage.
func (g *stages) pass(now kernel.Time, after, grains int64) int64 {
	t, n := after, int64(len(g.free))
	for i := range g.free {
		f := &g.free[i]
		if f.at >= now {
			t = max(t, int64(f.at.Sub(now))*profile.Grains+f.after)
		}
		t += (grains + n - 1 - int64(i)) / n
		f.at, f.after = now.Add(time.Duration(t/profile.Grains)), t%profile.Grains
		t += g.hop
	}
	return t - g.hop - after
}
