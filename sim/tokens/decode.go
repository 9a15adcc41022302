package tokens

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
	r.release(s, true)
	r.pool.outcomes = append(r.pool.outcomes, Outcome{Kind: Finished, ID: id})
}
