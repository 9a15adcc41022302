package tokens

import "wavetank/sim/kernel"

// special is the state of an engine with settings that most engines lack. Others have none, so that
// they look for these settings once in a step and not for each of them.
type special struct {
	shelf  *shelf     // nil: no adapters
	host   *hostCache // nil: no blocks in host memory
	draws  *draws     // nil: accepted drafts follow their mean
	stages *stages    // of a pipeline, shared by its engines; nil: none
	rank   bool       // its steps end together with those of others (EngineGroup.align)
	slow   float64    // factor on the time of the steps that begin now (Slow)

	// With PrefillFirst:
	part       part        // which sequences the present step is for
	paused     bool        // prompts were computed since the last step for decoding sequences
	lastDecode kernel.Time // end of that step

	// Of the run under way:
	jumped   int64 // with draws: drafts that its step accepts
	resumed  int   // decoding sequences that emit late, because prompts were computed
	loaded   int   // adapters loaded at its beginning
	restored int   // blocks copied from host memory at its beginning
}

// newSpecial returns the state for a configuration, or nil if it has none of the settings.
func newSpecial(c *Config) *special {
	if !c.PrefillFirst && c.Adapters == nil && !c.RandomAcceptance && c.Offload == nil {
		return nil
	}
	x := &special{shelf: newShelf(c.Adapters), slow: 1}
	if c.PrefixCache {
		x.host = newHostCache(c.Offload)
	}
	if c.RandomAcceptance {
		x.draws = newDraws(c)
	}
	return x
}

// working returns how many of the decoding sequences work in the planned step, and two sums over
// them: the steps that they have decoded, and their context before the step. Their number, these
// steps, and their context with what the step adds are given.
func (x *special) working(n, passed, context int64) (int64, int64, int64) {
	if x.part == prompts {
		return 0, 0, 0
	}
	return n, passed, context - x.jumped
}

// leave notes that a sequence stops running.
func (x *special) leave(s *sequence) {
	if x.shelf != nil {
		x.shelf.leave(s.adapter)
	}
}

// arrange schedules the sequences of a step.
func (r *Engine) arrange(now kernel.Time, budget *int) {
	if r.config.PrefillFirst {
		r.apart(now, budget)
		return
	}
	r.special.jumped = 0
	if r.special.draws != nil || !r.pace(budget) {
		r.pass(now, budget)
	}
	if !r.preemptedThisStep {
		r.letJoin(budget)
	}
}

// letJoin lets waiting sequences join.
func (r *Engine) letJoin(budget *int) {
	if r.special.shelf != nil {
		r.admitAdapted(budget)
	} else {
		r.admit(budget)
	}
}

// single reports whether the planned run must have one step: it is slow or in a pipeline, sequences
// emit late or a random number of tokens, or a waiting sequence may join although none leaves. With
// host memory, blocks that a waiting sequence would find may be lost while others decode, and then
// it needs fewer at once.
func (r *Engine) single() bool {
	waits := r.special.host != nil && r.ready() > 0 && r.running.length < r.config.MaxSequences
	return r.special.slow != 1 || r.special.stages != nil || r.special.resumed > 0 || r.special.draws != nil || waits
}

// extend notes what happens in the first step of the run that is planned. It returns by how many
// grains the step is longer.
func (r *Engine) extend() (grains int64) {
	if r.special.draws != nil {
		r.resort()
	}
	r.special.resumed = 0
	if r.config.PrefillFirst {
		r.pause()
	}
	if r.special.host != nil {
		grains = int64(r.special.host.restored) * r.special.host.Grains
		r.special.restored, r.special.host.restored = r.special.host.restored, 0
	}
	if r.special.shelf != nil {
		grains += r.special.shelf.took
		r.special.loaded, r.special.shelf.loaded, r.special.shelf.took = r.special.shelf.loaded, 0, 0
	}
	return grains
}
