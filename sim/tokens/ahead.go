package tokens

import "wavetank/sim/kernel"

// wait lets a sequence wait for the next schedule.
func (r *Engine) wait(id int32) {
	s, full := r.pool.at(id), r.running.length == r.config.MaxSequences
	if r.config.Priority {
		r.ranked.push(r.pool, entry{s.priority, s.ordinal, id})
		r.admissionBlocked = full
		return
	}
	r.line.pushBack(r.pool, id)
	r.admissionBlocked = r.admissionBlocked || full
}

// welcome lets those wait that came during the step that ended. The next step, if there is one, was
// scheduled without them.
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
