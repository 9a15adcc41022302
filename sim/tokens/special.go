package tokens

import "wavetank/sim/kernel"

// Some settings change how steps are arranged. So that other engines do not look for each of them
// in every step, they look for Engine.special, and then call a function of this file.

// arrange schedules the sequences of a step.
func (r *Engine) arrange(now kernel.Time, budget *int) {
	if r.config.PrefillFirst {
		r.apart(now, budget)
		return
	}
	r.jumped = 0
	if r.speed.draws != nil || !r.pace(budget) {
		r.pass(now, budget)
	}
	if !r.preemptedThisStep {
		r.letJoin(budget)
	}
}

// letJoin lets waiting sequences join.
func (r *Engine) letJoin(budget *int) {
	if r.shelf != nil {
		r.admitAdapted(budget)
	} else {
		r.admit(budget)
	}
}

// single reports whether the planned run must have one step: sequences emit late or a random number
// of tokens, or a waiting sequence may join although none leaves. With host memory, blocks that a
// waiting sequence would find may be lost while others decode, and then it needs fewer at once.
func (r *Engine) single() bool {
	waits := r.host != nil && r.ready() > 0 && r.running.length < r.config.MaxSequences
	return r.run.resumed > 0 || r.speed.draws != nil || waits
}

// extend completes the run that is planned. It returns by how many grains its first step is longer.
func (r *Engine) extend() (grains int64) {
	if r.speed.draws != nil {
		r.resort()
	}
	if r.config.PrefillFirst {
		r.pause()
	}
	if r.host != nil {
		grains = int64(r.host.restored) * r.host.Grains
		r.run.restored, r.host.restored = r.host.restored, 0
	}
	if r.shelf != nil {
		grains += r.shelf.took
		r.run.loaded, r.shelf.loaded, r.shelf.took = r.shelf.loaded, 0, 0
	}
	return grains
}
