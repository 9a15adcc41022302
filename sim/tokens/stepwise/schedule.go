package stepwise

import (
	"math"
	"slices"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// begin schedules a step. It returns false if nothing was scheduled.
func (w *StepwiseEngine) begin() bool {
	for _, s := range w.running {
		s.scheduled, s.drafted, s.emits = 0, 0, 0
	}
	w.prompts = w.c.PrefillFirst
	if budget := w.c.MaxTokens; !w.passRunning(&budget) {
		w.passWaiting(&budget)
	}
	if w.prompts && !w.anyScheduled() {
		w.prompts = false
		budget := w.c.MaxTokens
		w.passRunning(&budget)
	}
	if !w.anyScheduled() {
		return false
	}
	took := w.time() + w.adapters.took
	if w.c.Offload != nil {
		took += int64(w.host.restored) * w.c.Offload.Grains
	}
	w.step = tokens.Steps{Count: 1, Begin: w.now, Ahead: w.steps * w.grain % (1 << 16), Running: len(w.running), Blocks: w.c.Blocks, HeldFirst: w.Held(0), HeldLast: w.Held(0), Work: w.work(), Loaded: w.adapters.loaded, Restored: w.host.restored}
	if w.took = max(took, profile.Grains); !w.rank {
		w.last(w.took)
	}
	w.adapters.took, w.adapters.loaded, w.host.restored = 0, 0, 0
	for _, s := range w.running {
		switch {
		case s.decodes && s.scheduled > 0 && s.last < w.now: // it paused
		case s.decodes && s.scheduled > 0:
			w.step.Decoding++
		default:
			w.step.Prefilled += int64(s.scheduled)
		}
	}
	return true
}

// last sets how long the step takes, in grains. That of a rank is already slowed down.
func (w *StepwiseEngine) last(grains int64) {
	if w.slow != 1 && !w.rank {
		grains = int64(math.Round(float64(grains) * w.slow))
	}
	if w.pass != nil {
		grains = w.pass(w, grains)
	}
	w.step.Time, w.step.Fraction = grains, w.fraction
	w.fraction += grains
	w.boundary += kernel.Time(w.fraction / profile.Grains)
	w.fraction %= profile.Grains
}

func (w *StepwiseEngine) anyScheduled() bool {
	return slices.ContainsFunc(w.running, func(s *sequence) bool { return s.scheduled > 0 })
}

func (w *StepwiseEngine) passRunning(budget *int) (preempted bool) {
	for i := 0; i < len(w.running); i++ {
		s := w.running[i]
		if w.c.PrefillFirst && s.decodes == w.prompts {
			continue
		}
		n, after := 0, s.computed
		if s.decodes {
			n = 1 + w.c.Draft
			if n > *budget {
				n = 0
			} else {
				after += w.advances(s)
			}
		} else {
			n = s.target() - s.computed
			if w.c.LongPrefill > 0 {
				n = min(n, w.c.LongPrefill)
			}
			n = min(n, *budget)
			after += n
		}
		if n == 0 {
			continue
		}
		for w.ceil(after)-len(s.blocks) > len(w.line) {
			victim := w.victim()
			preempted = true
			if slices.Index(w.running, victim) < i {
				i--
			}
			*budget += victim.scheduled
			w.preempt(victim)
			if victim == s {
				return true
			}
		}
		*budget -= n
		w.compute(s, n, after)
	}
	return preempted
}

// compute schedules n tokens of a sequence. After the step, the sequence has after tokens in the
// cache.
func (w *StepwiseEngine) compute(s *sequence, n, after int) {
	s.scheduled = n
	if s.decodes {
		s.drafted, s.emits = w.c.Draft, after-s.computed
	}
	for len(s.blocks) < w.ceil(after) {
		b := w.line[0]
		w.line = w.line[1:]
		if w.names[b] != "" {
			delete(w.blocks, w.names[b])
			w.names[b] = ""
		}
		w.holders[b] = 1
		s.blocks = append(s.blocks, b)
	}
	s.computed = after
	before := s.named
	for w.c.PrefixCache && !s.decodes && (s.named+1)*w.c.Block <= s.computed && (s.named+1)*w.c.Block <= s.covered() && !s.dirty {
		w.label(s)
	}
	w.use(s, before, s.named, true)
}

func (w *StepwiseEngine) victim() *sequence {
	if !w.c.Priority {
		return w.running[len(w.running)-1]
	}
	return slices.MaxFunc(w.running, byPriority)
}

func byPriority(a, b *sequence) int {
	if a.q.Priority != b.q.Priority {
		return int(a.q.Priority - b.q.Priority)
	}
	return int(a.q.Ordinal - b.q.Ordinal)
}

func (w *StepwiseEngine) preempt(s *sequence) {
	w.running = slices.DeleteFunc(w.running, func(o *sequence) bool { return o == s })
	w.stopped(s)
	w.release(s, false)
	s.computed, s.decodes, s.scheduled, s.q.Computed = 0, false, 0, 0
	w.waiting = append([]*sequence{s}, w.waiting...)
	w.emit(tokens.Outcome{Kind: tokens.Preempted, ID: s.id})
}

func (w *StepwiseEngine) passWaiting(budget *int) {
	for *budget > 0 && len(w.running) < w.c.MaxSequences {
		line := slices.DeleteFunc(slices.Clone(w.waiting), func(s *sequence) bool { return !w.slotFor(s) })
		if len(line) == 0 {
			return
		}
		s := line[0]
		if w.c.Priority {
			s = slices.MinFunc(line, byPriority)
		}
		var found []int
		if s.q.Computed == 0 {
			found = w.find(s)
		}
		restored := w.restorable(s, len(found))
		computed := max(int(s.q.Computed), (len(found)+restored)*w.c.Block)
		n := s.target() - computed
		if w.c.LongPrefill > 0 {
			n = min(n, w.c.LongPrefill)
		}
		if n > *budget && !w.c.Chunked {
			return
		}
		n = min(n, *budget)
		free := len(w.line)
		for _, b := range found {
			if w.holders[b] == 0 {
				free--
			}
		}
		needed := computed + n
		if w.c.WholePrompt {
			needed = s.target()
		}
		if w.ceil(needed)-len(found) > free {
			return
		}
		w.host.restored += restored
		w.join(s, found, restored, computed, n)
		*budget -= n
	}
}

func (w *StepwiseEngine) join(s *sequence, found []int, restored, computed, n int) {
	w.waiting = slices.DeleteFunc(w.waiting, func(o *sequence) bool { return o == s })
	w.running = append(w.running, s)
	for _, b := range found {
		if w.holders[b]++; w.holders[b] == 1 {
			w.line = slices.DeleteFunc(w.line, func(o int) bool { return o == b })
		}
	}
	kind := tokens.Scheduled
	if s.began {
		kind = tokens.Resumed
	}
	s.began = true
	w.emit(tokens.Outcome{Kind: kind, ID: s.id, Tokens: int32((len(found) + restored) * w.c.Block)})
	s.blocks, s.named, s.dirty, s.computed = found, len(found), s.q.Computed > 0, computed
	w.fetch(s)
	w.use(s, 0, len(found)+restored, false)
	w.compute(s, n, computed+n)
}

// time returns how long the step takes, in grains.
func (w *StepwiseEngine) time() int64 {
	form := func(f profile.Form, reads bool) int64 {
		t := f.Constant
		for _, s := range w.running {
			n, before := int64(s.scheduled), int64(s.computed-s.scheduled)
			switch {
			case n == 0:
			case s.decodes:
				if w.c.RandomAcceptance {
					t += f.Sequence + f.Decode + f.Context*int64(s.computed-s.emits) + f.Prefill*int64(s.drafted)
					continue
				}
				growth := f.Context
				if w.c.Draft > 0 {
					growth = int64(math.Round(float64(f.Context) * float64(w.grain) / 65536))
				}
				t += f.Sequence + f.Decode + f.Context*int64(s.context) + growth*(w.steps-s.since) + f.Prefill*int64(s.drafted)
			case n == 1 && !w.c.PrefillReads:
				t += f.Sequence + f.Decode + f.Context*before
			default:
				if w.c.PrefillReads && reads {
					t += f.Context * before
				}
				t += f.Sequence + f.Prefill*n
				// a token attends to all tokens before it, and counts half for itself
				for i := range n {
					t += f.Attention * (2*(before+i) + 1)
				}
			}
		}
		return t
	}
	scheduled := int64(0)
	for _, s := range w.running {
		scheduled += int64(s.scheduled)
	}
	experts := w.c.StepTime.ExpertsTime(scheduled)
	if w.rank { // the StepwiseGroup adds them
		experts = 0
	}
	return max(form(w.c.StepTime.Compute, w.c.StepTime.Memory == profile.Form{}), form(w.c.StepTime.Memory, true)) +
		form(w.c.StepTime.Overhead, true) + w.tableTime() + experts
}

// tableTime returns what the table of the step-time model adds to the time of the step, in grains,
// without experts.
func (w *StepwiseEngine) tableTime() int64 {
	t := w.c.StepTime.Table
	if t == nil {
		return 0
	}
	f := w.work()
	if slices.ContainsFunc(w.running, func(s *sequence) bool { return s.scheduled > 0 && !s.decodes }) {
		return t.Time(&f)
	}
	before, passed := int64(0), int64(0) // tokens and steps before this one
	for _, s := range w.running {
		if s.scheduled > 0 && w.c.RandomAcceptance {
			before += int64(s.computed - s.emits)
		} else if s.scheduled > 0 {
			before, passed = before+int64(s.context), passed+w.steps-s.since
		}
	}
	p := t.Decoding(f.Decode, before*65536+passed*w.grain)
	return t.Besides(f.Prefill+f.Decode, f.Sequences) + p.At(before, passed, w.grain)
}

// work returns the features of the step.
func (w *StepwiseEngine) work() (f profile.Work) {
	passed := int64(0)
	for _, s := range w.running {
		n, before := int64(s.scheduled), int64(s.computed-s.scheduled)
		if n == 0 {
			continue
		}
		f.Sequences++
		switch {
		case s.decodes:
			f.Decode++
			f.Prefill += int64(s.drafted)
			if w.c.RandomAcceptance {
				f.Context += int64(s.computed - s.emits)
				continue
			}
			f.Context += int64(s.context)
			passed += w.steps - s.since
		case n == 1 && !w.c.PrefillReads:
			f.Decode++
			f.Context += before
		default:
			if w.c.PrefillReads {
				f.Read += before
			}
			f.Prefill += n
			f.Attention += n * (2*before + n)
		}
	}
	f.Context += passed * w.grain >> 16
	return f
}
