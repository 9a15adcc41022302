package tokens

import (
	"fmt"
	"slices"
)

// These variables are for tests in package tokens_test, which import the step-by-step engine.
var (
	Config14B   = config14B
	StepTime14B = stepTime14B
)

// Faults returns the broken invariants of the blocks of a replica, between two steps.
func (r *Engine) Faults() (faults []string) {
	wrong := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Sprintf("replica: "+format, args...))
		}
	}
	own, shared, free := 0, 0, 0
	clock := r.speed.clock(r.steps)
	if r.special == nil || r.special.part != prompts {
		clock = r.speed.clock(r.steps + int64(r.run.settled))
	}
	for id := r.running.head; id != none; id = r.pool.sequences[id].next {
		s := &r.pool.sequences[id]
		held := s.held
		if s.state == decoding {
			held = r.blocks(int32(s.offset() + clock))
		}
		own += int(held - s.named)
	}
	if r.cache == nil {
		wrong(own+r.free != r.config.Blocks, "%d blocks are held and %d free of %d", own, r.free, r.config.Blocks)
		return faults
	}
	for i, e := range r.cache.extents {
		if !slices.Contains(r.cache.unused, int32(i)) && e.holders > 0 {
			shared += int(e.to - e.from)
		}
	}
	for i := r.cache.oldest; i != none; i = r.cache.extents[i].newer {
		free += int(r.cache.extents[i].to - r.cache.extents[i].from)
	}
	wrong(free != r.free, "%d blocks are free and %d in the line", r.free, free)
	wrong(own+shared+free != r.config.Blocks, "%d blocks are held, %d shared and %d free of %d", own, shared, free, r.config.Blocks)
	return faults
}

// Faults returns the broken invariants of the engines of a group.
func (g *EngineGroup) Faults() (faults []string) {
	for _, e := range g.engines {
		faults = append(faults, e.Faults()...)
	}
	return faults
}
