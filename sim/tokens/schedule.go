package tokens

import (
	"fmt"
	"math"
	"slices"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// schedule begins the next run of steps. It returns false if it has only preempted sequences; the
// caller must then call it again.
func (r *Engine) schedule(now kernel.Time) bool {
	r.preemptedThisStep, r.admissionBlocked = false, false
	r.prefillingNow, r.skipped = r.prefillingNow[:0], r.skipped[:0]
	budget := r.config.MaxTokens
	if r.special != nil {
		r.arrange(now, &budget)
	} else {
		if !r.pace(&budget) {
			r.pass(now, &budget)
		}
		if !r.preemptedThisStep {
			r.admit(&budget)
		}
	}
	going := len(r.decoding.dues) - len(r.skipped)
	if going == 0 && len(r.prefillingNow) == 0 {
		r.run = run{}
		if !r.preemptedThisStep && r.ready() > 0 {
			s := r.pool.sequences[r.first()]
			panic(fmt.Sprintf("tokens: nothing runs, %d of %d blocks are free, and request %d cannot join: %+v %+v", r.free, r.config.Blocks, r.first(), s, r.config))
		}
		return r.running.length == 0 && r.ready() == 0
	}
	for _, id := range r.skipped {
		r.stall(id, now)
	}
	r.plan()
	return true
}

// pace schedules all running sequences in one go. It can do so if all of them, or all except the
// last, get the tokens that they need, and none must be preempted. Otherwise it does nothing and
// returns false.
func (r *Engine) pace(budget *int) bool {
	decoding := len(r.decoding.dues)
	left := *budget - decoding*r.speed.width
	if r.notDecoding > 1 || left < 0 {
		return false
	}
	need := r.grown()
	if r.notDecoding == 0 {
		if need > r.free {
			return false
		}
		r.take(need)
		*budget = left
		return true
	}
	s := &r.pool.sequences[r.running.tail]
	if s.state != prefilling {
		return false
	}
	n := r.share(s, left)
	own := int(r.blocks(s.computed+int32(n)) - s.held)
	if need+own > r.free {
		return false
	}
	r.take(need)
	if n > 0 {
		r.chunk(r.running.tail, n)
		left -= n
	}
	*budget = left
	return true
}

// share returns how many tokens a sequence that prefills gets of the remaining budget.
func (r *Engine) share(s *sequence, left int) int {
	n := int(s.target() - s.computed)
	if r.config.LongPrefill > 0 {
		n = min(n, r.config.LongPrefill)
	}
	return min(n, left)
}

// chunk schedules n tokens of a sequence that prefills. Their blocks must be free.
func (r *Engine) chunk(id int32, n int) {
	s := &r.pool.sequences[id]
	held := r.blocks(s.computed + int32(n))
	r.take(int(held - s.held))
	s.computed += int32(n)
	s.chunk, s.held = int32(n), held
	r.prefillingNow = append(r.prefillingNow, id)
	if r.cache != nil {
		before := s.named
		r.name(s)
		if r.special != nil {
			r.offload(s, before)
		}
	}
}

// pass schedules the running sequences one by one, and preempts where blocks are missing.
func (r *Engine) pass(now kernel.Time, budget *int) {
	clock, next := r.speed.clock(r.steps), r.speed.clock(r.steps+1)
	over := false // a sequence preempted itself
	for id := r.running.head; id != none; {
		s := &r.pool.sequences[id]
		if r.special != nil && r.special.part.without(s) {
			id = s.next
			continue
		}
		n, need := 0, 0
		if s.state == decoding {
			if n = r.speed.width; *budget >= n {
				need = r.growth(s, clock, next)
			} else {
				n = 0
			}
		} else if n = r.share(s, *budget); n > 0 {
			need = int(r.blocks(s.computed+int32(n)) - s.held)
		}
		if over || n == 0 {
			if s.state == decoding {
				r.skipped = append(r.skipped, id)
			}
			id = s.next
			continue
		}
		for need > r.free && !over {
			victim := r.victim()
			over = victim == id
			after := s.next
			*budget += r.preempt(victim, id, now)
			if over {
				id = after
			}
		}
		if over {
			continue
		}
		if *budget -= n; s.state == decoding {
			r.take(need)
			if r.special != nil {
				r.jump(s)
			}
		} else {
			r.chunk(id, n)
		}
		id = s.next
	}
}

// victim returns the running sequence that is preempted first.
func (r *Engine) victim() int32 {
	worst := r.running.tail
	if r.config.Priority {
		for id := r.running.head; id != none; id = r.pool.sequences[id].next {
			s, w := &r.pool.sequences[id], &r.pool.sequences[worst]
			if s.priority > w.priority || s.priority == w.priority && s.ordinal > w.ordinal {
				worst = id
			}
		}
	}
	return worst
}

// preempt frees the blocks of the running sequence id and puts it into the waiting line. At is the
// sequence that pass is scheduling; it may be the same. It returns the number of tokens that
// sequence id had been scheduled with in this step.
func (r *Engine) preempt(id, at int32, now kernel.Time) (scheduled int) {
	s := &r.pool.sequences[id]
	r.preemptedThisStep = true
	before := r.passed(id, at)
	if s.state == decoding {
		clock := r.speed.clock(r.steps)
		s.emitted = s.emittedAt(clock)
		s.last = r.lastToken(s, now)
		skipped := slices.Index(r.skipped, id)
		if skipped >= 0 {
			r.skipped = slices.Delete(r.skipped, skipped, skipped+1)
		} else if before && (r.special == nil || r.special.part != prompts) {
			scheduled = r.speed.width
			clock = r.speed.clock(r.steps + 1)
			if r.special != nil { // it has not emitted them
				s.emitted -= s.jump
				r.special.jumped -= int64(s.jump)
			}
		}
		r.halt(id, clock)
	} else {
		r.notDecoding--
		if i := slices.Index(r.prefillingNow, id); i >= 0 {
			scheduled = int(s.chunk)
			r.prefillingNow = slices.Delete(r.prefillingNow, i, i+1)
		}
	}
	r.running.remove(r.pool, id)
	if r.special != nil {
		r.special.leave(s)
	}
	r.release(s, false)
	s.state, s.computed, s.held = waiting, 0, 0
	if r.config.Priority {
		r.ranked.push(r.pool, entry{s.priority, s.ordinal, id})
	} else {
		r.line.pushFront(r.pool, id)
	}
	r.pool.outcomes = append(r.pool.outcomes, Outcome{Kind: Preempted, ID: id})
	return scheduled
}

// passed reports whether sequence id comes before sequence at in running order, so that the pass
// has already scheduled it. Without priorities this is false, because the victim is the last in
// running order.
func (r *Engine) passed(id, at int32) bool {
	return r.config.Priority && r.pool.sequences[id].admitted < r.pool.sequences[at].admitted
}

// stall turns a decoding sequence that was skipped into one that prefills.
func (r *Engine) stall(id int32, now kernel.Time) {
	s := &r.pool.sequences[id]
	clock := r.speed.clock(r.steps)
	s.emitted = s.emittedAt(clock)
	s.last = r.lastToken(s, now)
	r.halt(id, clock)
	s.state = prefilling
	r.notDecoding++
}

// admit lets waiting sequences join.
func (r *Engine) admit(budget *int) {
	for r.ready() > 0 {
		if r.running.length >= r.config.MaxSequences || *budget <= 0 || !r.join(r.first(), budget) {
			r.admissionBlocked = true
			return
		}
	}
}

// first returns the first sequence of the waiting line.
func (r *Engine) first() int32 {
	if r.config.Priority {
		return r.ranked.entries[0].id
	}
	return r.line.head
}

// join lets the first waiting sequence run, if its blocks are free.
func (r *Engine) join(id int32, budget *int) bool {
	s := &r.pool.sequences[id]
	found, idle := int32(0), 0
	if r.cache != nil {
		found, idle = r.find(s)
	}
	restored := int32(0) // blocks from host memory
	if r.special != nil && r.special.host != nil {
		restored = r.restorable(s, found)
	}
	computed := max(s.brought(), (found+restored)*int32(r.config.Block))
	n := int(s.target() - computed)
	if r.config.LongPrefill > 0 {
		n = min(n, r.config.LongPrefill)
	}
	if !r.config.Chunked && n > *budget {
		return false
	}
	n = min(n, *budget)
	all := computed + int32(n)
	if r.config.WholePrompt {
		all = s.target()
	}
	if int(r.blocks(all)-found)+idle > r.free {
		return false
	}
	if r.config.Priority {
		r.ranked.pop(r.pool)
	} else {
		r.line.remove(r.pool, id)
	}
	kind := Scheduled
	if s.began {
		kind = Resumed
	}
	brought := s.brought() > 0
	s.began, s.state, s.computed, s.held = true, prefilling, computed, found
	s.admitted = r.admissions
	r.admissions++
	r.notDecoding++
	r.running.pushBack(r.pool, id)
	if r.cache != nil {
		r.acquire(s, found)
		s.dirty = brought
		if r.special != nil && r.special.host != nil {
			r.restore(s, found, restored)
		}
	}
	r.pool.outcomes = append(r.pool.outcomes, Outcome{Kind: kind, ID: id, Tokens: (found + restored) * int32(r.config.Block)})
	r.chunk(id, n)
	*budget -= n
	return true
}

// plan computes how long the step takes, and how many steps like it follow.
func (r *Engine) plan() {
	n := int64(len(r.decoding.dues))
	passed := n*r.steps - r.began // decoding steps so far, summed over the sequences that decode
	context := r.context
	longer, single := int64(0), false
	if r.special != nil {
		n, passed, context = r.special.working(n, passed, context)
		longer, single = r.extend(), r.single()
	}
	model, v := &r.config.StepTime, r.speed
	high, low := v.compute.time(n, context, passed), v.memory.time(n, context, passed)
	overhead := v.overhead.time(n, context, passed) + longer
	up, down := v.compute.growth*n, v.memory.growth*n // growth of high and low from step to step
	r.run = run{count: 1, settled: 1, held: r.config.Blocks - r.free}
	w := &r.run.work
	if len(r.prefillingNow) > 0 {
		for _, id := range r.prefillingNow {
			s := &r.pool.sequences[id]
			if r.config.PrefillReads {
				w.AddPrefill(int64(s.chunk), int64(s.computed-s.chunk))
			} else {
				w.Add(int64(s.chunk), int64(s.computed-s.chunk))
			}
			r.run.prefilled += int64(s.chunk)
		}
		high, low = high+model.Compute.Added(w), low+model.Memory.Added(w)
		overhead += model.Overhead.Added(w)
		if w.Read > 0 {
			compute, memory, rest := model.Reading()
			high, low, overhead = high+compute*w.Read, low+memory*w.Read, overhead+rest*w.Read
		}
	}
	if low > high {
		high, low, up, down = low, high, down, up
	}
	w.Sequences, w.Decode = w.Sequences+n, w.Decode+n
	w.Prefill += n * int64(r.config.Draft)
	w.Context += context + passed*v.rate>>16
	r.run.time = high + overhead
	if r.special == nil || !r.special.rank { // EngineGroup.align adds the experts of all ranks
		r.run.time += model.Experts.Time(w.Prefill + w.Decode)
	}
	r.run.growth = up + v.overhead.growth*n
	most := int64(math.MaxInt64)
	if model.Table != nil {
		most = r.planTable(n, passed, context)
	}
	if r.run.time < profile.Grains {
		r.run.time, r.run.growth, single = profile.Grains, 0, true
	}
	if r.special != nil {
		r.run.time = r.finished(r.run.time)
	}
	if len(r.prefillingNow) > 0 || r.notDecoding > 0 || r.preemptedThisStep || single {
		return
	}
	steps := min(r.decoding.dues[0].step-r.steps, most)
	if down > up {
		steps = min(steps, (high-low)/(down-up)+1)
	}
	r.run.count = r.affordable(r.inside(steps))
}

// planTable adds the time of the table of the step-time model to the planned step. The number of
// sequences that decode and the sums over them are those of plan. It returns how many such steps
// are in the same piece of the table.
func (r *Engine) planTable(n, passed, context int64) (steps int64) {
	t, w, rate := r.config.StepTime.Table, &r.run.work, r.speed.rate
	if len(r.prefillingNow) > 0 {
		r.run.time += t.Time(w)
		return 1
	}
	held := context<<16 + passed*rate
	p := t.Decoding(n, held)
	r.run.time += t.Besides(w.Prefill+w.Decode, w.Sequences) + p.At(context, passed, rate)
	r.run.growth += p.Growth(rate) * n
	return p.Steps(n, held, rate)
}

// inside returns n, or a smaller number if the sum of n step times could overflow 64 bits.
func (r *Engine) inside(n int64) int64 {
	const most = 1 << 61
	for n > 1 && float64(r.run.time)*float64(n)+float64(r.run.growth)*float64(n)*float64(n)/2 > most {
		n /= 2
	}
	return min(n, 1<<30)
}
