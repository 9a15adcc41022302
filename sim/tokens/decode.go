package tokens

import "slices"

// halt removes a sequence from the decoding sequences. The sequence has blocks for the tokens that
// it has computed when the token clock is at clock.
func (r *Engine) halt(id int32, clock int64) {
	s := &r.pool.sequences[id]
	r.decoding.remove(id)
	r.phases[r.size.phase(-s.offset())]--
	r.began -= s.start
	r.context -= s.offset() + r.speed.clock(s.start)
	s.computed = s.computedAt(clock)
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
	if r.special != nil {
		r.special.leave(s)
	}
	r.release(s, true)
	if i := slices.Index(r.aborting, id); i >= 0 {
		r.aborting = slices.Delete(r.aborting, i, i+1)
	}
	r.pool.outcomes = append(r.pool.outcomes, Outcome{Kind: Finished, ID: id})
}

// abortAll ends the sequences that are to leave at the present boundary, in the order of the calls
// of Abort. Their blocks become free as after a preemption.
func (r *Engine) abortAll() {
	for _, id := range r.aborting {
		s, kind := &r.pool.sequences[id], Aborted
		switch {
		case s.state != waiting:
			r.stop(id)
		case r.config.Priority:
			kind = AbortedWaiting
			r.ranked.remove(r.pool, int(s.place))
		default:
			kind = AbortedWaiting
			r.line.remove(r.pool, id)
		}
		r.pool.outcomes = append(r.pool.outcomes, Outcome{Kind: kind, ID: id, Tokens: s.emitted})
	}
	r.aborting = r.aborting[:0]
}

// stop ends a running sequence that has not emitted all its tokens.
func (r *Engine) stop(id int32) {
	s := &r.pool.sequences[id]
	if s.state == decoding {
		clock := r.speed.clock(r.steps)
		s.emitted = s.emittedAt(clock)
		r.halt(id, clock)
	} else {
		r.notDecoding--
	}
	r.running.remove(r.pool, id)
	if r.special != nil {
		r.special.leave(s)
	}
	r.release(s, false)
}
