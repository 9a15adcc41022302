package tokens

import (
	"fmt"
	"slices"
	"time"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// Enqueue adds a request to the waiting line. Config.Refuses must return "" for it.
func (r *Engine) Enqueue(id int32, q EngineRequest) {
	s := r.pool.at(id)
	*s = sequence{prompt: q.Prompt, output: q.Output, computed: q.Computed, priority: q.Priority, ordinal: q.Ordinal, content: q.Content, node: none, adapter: q.Adapter, luck: q.Luck}
	if q.Computed > 0 {
		s.emitted, s.last = 1, q.Emitted
	}
	if r.config.Ahead && (r.run.count > 0 || r.between) {
		r.coming = append(r.coming, id)
		return
	}
	r.wait(id)
}

// Withdraw removes a request that was never scheduled from the waiting line.
func (r *Engine) Withdraw(id int32) {
	s := r.pool.at(id)
	if s.state != waiting || s.began {
		panic(fmt.Sprintf("tokens: request %d is withdrawn in state %d", id, s.state))
	}
	if i := slices.Index(r.coming, id); i >= 0 {
		r.coming = slices.Delete(r.coming, i, i+1)
		return
	}
	if r.config.Priority {
		r.ranked.remove(r.pool, int(s.place))
	} else {
		r.line.remove(r.pool, id)
	}
	r.admissionBlocked = r.admissionBlocked && r.running.length == r.config.MaxSequences
}

// Abort ends a request that was scheduled and has not finished. The request leaves at the next
// call of End, after the tokens of that step, unless it finishes then. A request that was never
// scheduled is ended by Withdraw.
func (r *Engine) Abort(id int32) { r.aborting = append(r.aborting, id) }

// Wake returns the instant at which End and Begin are to be called next. It is now if the replica
// is idle and has requests, and kernel.Never if it has none. Otherwise it is the first boundary at
// which a waiting sequence may join, an aborted one leaves, or the run ends.
func (r *Engine) Wake(now kernel.Time) kernel.Time {
	if r.run.count == 0 {
		if r.ready() == 0 {
			return kernel.Never
		}
		return now
	}
	if len(r.coming)+len(r.aborting) > 0 || r.ready() > 0 && !r.admissionBlocked {
		r.run.count = r.run.until(r.grains(now))
	}
	return r.Next()
}

// Next returns the instant at which the run under way ends, or kernel.Never if there is none.
func (r *Engine) Next() kernel.Time {
	if r.run.count == 0 {
		return kernel.Never
	}
	return r.boundary(r.run.count)
}

// Step is End and Begin in one, for callers with nothing else to do at that instant.
func (r *Engine) Step(now kernel.Time) []Outcome {
	r.End(now)
	return r.begin(now)
}

// End ends the run under way, if there is one. Now must be the end of the run. It returns the
// outcomes at the end of the run. The list is valid until the next call of End or Begin on a
// replica of the same pool. Begin must follow at the same instant.
func (r *Engine) End(now kernel.Time) []Outcome {
	r.pool.outcomes = r.pool.outcomes[:0]
	r.pool.report.Count = 0
	r.between = r.run.count > 0
	if r.between {
		r.conclude(now)
	} else {
		r.base, r.fraction = now, 0
	}
	return r.pool.outcomes
}

// Begin begins the next run, after End. It returns the outcomes at the beginning of the run, and
// Next. The list is valid as long as that of End.
func (r *Engine) Begin(now kernel.Time) ([]Outcome, kernel.Time) {
	r.pool.outcomes = r.pool.outcomes[:0]
	return r.begin(now), r.Next()
}

func (r *Engine) begin(now kernel.Time) []Outcome {
	r.between = false
	for !r.schedule(now) {
	}
	r.welcome(now)
	return r.pool.outcomes
}

// Steps returns the run that the last call of End has ended. Its Count is 0 if there was none. It
// is valid until the next call of End or Report on a replica of the same pool.
func (r *Engine) Steps() *Steps { return &r.pool.report }

// Report returns the steps of the run under way that ended before an instant, as a run of their
// own. Its Count is 0 if there are none. Steps later leaves out the steps that were reported. The
// result is valid as long as that of Steps.
func (r *Engine) Report(before kernel.Time) *Steps {
	r.pool.report.Count = 0
	if r.run.count > 1 {
		if n := r.run.until(r.grains(before)) - 1; n > r.run.told {
			r.fillReport(n, r.boundary(n))
		}
	}
	return &r.pool.report
}

// conclude ends the run under way.
func (r *Engine) conclude(now kernel.Time) {
	n := r.run.count
	r.settle(n)
	t := r.fraction + r.run.total(n)
	end := r.base.Add(time.Duration(t / profile.Grains))
	if end != now {
		panic(fmt.Sprintf("tokens: a run that ends at %v is ended at %v", end, now))
	}
	r.fillReport(n, end)
	r.base, r.fraction = end, t%profile.Grains
	r.run.count = 0
	r.steps += int64(n)
	if r.special != nil {
		r.resume(now)
	}
	clock := r.speed.clock(r.steps)
	for len(r.decoding.dues) > 0 && r.decoding.dues[0].step <= r.steps {
		id := r.decoding.dues[0].id
		// tokens accepted beyond its last token
		r.pool.report.Tokens -= clock - r.pool.sequences[id].finish
		r.finish(id)
	}
	for _, id := range r.prefillingNow {
		if s := &r.pool.sequences[id]; s.computed == s.target() {
			r.emit(id, now)
		}
	}
	if len(r.aborting) > 0 {
		r.abortAll()
	}
}

// fillReport fills the report with the steps of the run, up to the n-th, that were not reported
// yet. End is the instant at which the n-th step ends.
func (r *Engine) fillReport(n int, end kernel.Time) {
	p, from := &r.pool.report, r.run.told
	begin, first := r.base, r.steps+int64(from)
	p.Work, p.HeldFirst, p.Fraction = r.run.work, r.run.held, r.fraction
	if from > 0 {
		begin, p.HeldFirst = r.boundary(from), r.heldIn(from+1)
		p.Fraction = (r.fraction + r.run.total(from)) % profile.Grains
		p.Work.Context = r.context + (int64(len(r.decoding.dues))*first-r.began)*r.speed.rate>>16
	}
	p.Count, p.Begin, p.Span = n-from, begin, end.Sub(begin)
	p.Time, p.Growth = r.run.time+int64(from)*r.run.growth, r.run.growth
	p.Decoding, p.Loaded, p.Restored = len(r.decoding.dues), 0, 0
	more := int64(0) // with random acceptance: accepted drafts
	if x := r.special; x != nil {
		p.Decoding, p.Loaded, p.Restored = r.emitting(), x.loaded, x.restored
		more = x.jumped
	}
	p.Prefilled, p.Running, p.Waiting = r.run.prefilled, r.running.length, r.Waiting()
	p.Tokens = int64(p.Decoding)*(r.speed.clock(r.steps+int64(n))-r.speed.clock(first)) + more
	p.Firsts, p.Prompts = 0, 0
	p.Ahead = first * r.speed.rate & (1<<16 - 1)
	p.HeldLast, p.Blocks = r.heldIn(n), r.config.Blocks
	p.Advance = float64(p.Decoding) * float64(r.speed.rate) / (1 << 16)
	r.run.told = n
}

// emit lets a sequence that has reached its target emit a token. The sequence then decodes or
// finishes.
func (r *Engine) emit(id int32, now kernel.Time) {
	s := &r.pool.sequences[id]
	s.emitted++
	if s.emitted == 1 {
		r.pool.report.Firsts++
		r.pool.report.Prompts += int64(s.prompt)
		r.pool.outcomes = append(r.pool.outcomes, Outcome{Kind: FirstToken, ID: id})
	} else {
		r.pool.outcomes = append(r.pool.outcomes, Outcome{Kind: NextToken, ID: id, Tokens: 1, Gap: now.Sub(s.last)})
	}
	if s.emitted >= s.output {
		r.finish(id)
		return
	}
	r.notDecoding--
	if r.special != nil {
		s.last = now
	}
	s.decode(r.speed.clock(r.steps), r.steps)
	r.began += r.steps
	r.context += int64(s.computed)
	r.phases[r.size.phase(-s.offset())]++
	r.decoding.push(r.pool, due{r.speed.reach(s.finish), id})
}
