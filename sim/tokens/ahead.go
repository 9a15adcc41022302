package tokens

import "wavetank/sim/kernel"

// wait adds a sequence to the waiting line, for the next schedule.
func (r *Engine) wait(id int32) {
	s, full := r.pool.at(id), r.running.length == r.config.MaxSequences
	if r.config.Priority {
		r.ranked.push(r.pool, entry{s.priority, s.ordinal, id})
		r.admissionBlocked = full
		return
	}
	r.line.pushBack(r.pool, id)
	r.admissionBlocked = full || r.admissionBlocked && (r.special == nil || r.special.shelf == nil)
}

// welcome adds the sequences that came during the step that ended to the waiting line. With Ahead,
// the step that begins now was scheduled without them. If there is no such step, they are scheduled
// at once.
func (r *Engine) welcome(now kernel.Time) {
	if len(r.coming) == 0 {
		return
	}
	for _, id := range r.coming {
		r.wait(id)
	}
	r.coming = r.coming[:0]
	if r.run.count == 0 {
		for !r.schedule(now) {
		}
	} else if !r.admissionBlocked {
		r.run.count = 1
	}
}
