package tokens

import "wavetank/sim/kernel"

// part says which sequences a step is for. Without PrefillFirst, every step is for all.
type part uint8

const (
	all part = iota
	prompts
	furtherTokens
)

// without reports whether a step of this part does not schedule a sequence.
func (p part) without(s *sequence) bool {
	return p != all && (s.state == decoding) == (p == prompts)
}

// apart schedules a step with PrefillFirst. If a prompt can be computed, the step computes prompts
// and the decoding sequences wait: their token clock stands still. Else the decoding sequences
// emit.
func (r *Engine) apart(now kernel.Time, budget *int) {
	r.special.part, r.special.jumped = prompts, 0
	if r.notDecoding > 0 {
		r.pass(now, budget)
	}
	if !r.preemptedThisStep {
		r.letJoin(budget)
	}
	if len(r.prefillingNow) > 0 {
		return
	}
	r.special.part = furtherTokens
	*budget = r.config.MaxTokens
	if need := r.grown(); r.special.draws == nil && need <= r.free {
		r.take(need)
	} else {
		r.pass(now, budget)
	}
}

// pause notes whether the planned step lets the decoding sequences wait. If they emit after they
// have waited, it counts those that have.
func (r *Engine) pause() {
	if r.special.part == prompts {
		r.special.paused = r.special.paused || len(r.decoding.dues) > 0
		return
	}
	if !r.special.paused {
		return
	}
	r.special.paused = false
	for _, d := range r.decoding.dues {
		if r.waited(&r.pool.sequences[d.id], r.base) {
			r.special.resumed++
		}
	}
}

// lastToken returns when a decoding sequence has emitted its last token. Now is a boundary.
func (r *Engine) lastToken(s *sequence, now kernel.Time) kernel.Time {
	if r.special == nil || !r.config.PrefillFirst {
		return now
	}
	return max(s.last, r.special.lastDecode)
}

// waited reports whether prompts were computed between the last token of a decoding sequence and
// the beginning of a step.
func (r *Engine) waited(s *sequence, begin kernel.Time) bool { return r.lastToken(s, begin) < begin }

// emitting returns the number of decoding sequences that emit in the steps of the run in time.
func (r *Engine) emitting() int {
	if r.special.part == prompts {
		return 0
	}
	return len(r.decoding.dues) - r.special.resumed
}

// resume ends a run of steps with PrefillFirst. Steps for prompts do not count for the token clock.
// After other steps, the sequences that had waited emit, and those that have emitted their last
// token finish, in running order.
func (r *Engine) resume(now kernel.Time) {
	switch r.special.part {
	case all:
		return
	case prompts:
		r.steps-- // such a run has one step
		return
	}
	clock := r.speed.clock(r.steps)
	if r.special.resumed > 0 {
		begin, emitted := now.Add(-r.pool.report.Span), int32(clock-r.speed.clock(r.steps-1))
		for id := r.running.head; id != none; {
			s := &r.pool.sequences[id]
			next := s.next
			if s.state == decoding {
				late := r.waited(s, begin)
				if late {
					n := emitted - int32(max(0, clock-s.finish))
					if r.special.draws != nil {
						n += s.jump
						r.pool.report.Tokens -= int64(s.jump)
					}
					r.pool.outcomes = append(r.pool.outcomes, Outcome{Kind: NextToken, ID: id, Tokens: n, Gap: now.Sub(r.lastToken(s, begin))})
				}
				if clock >= s.finish {
					if !late {
						r.pool.report.Tokens -= clock - s.finish
					}
					r.finish(id)
				}
			}
			id = next
		}
	}
	r.special.lastDecode = now
}
