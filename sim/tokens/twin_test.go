package tokens

import (
	"fmt"
	"math"
	"slices"
	"time"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// twin does what package doc says of a replica, one step at a time and nothing ahead: a loop over all sequences in
// every step, a map from names to blocks, a slice as the line of the free blocks.
type twin struct {
	c                *Config
	running, waiting []*twinSequence
	coming           []*twinSequence // that wait from the next boundary on
	ran              []*twinSequence // when the step ended
	all              map[int32]*twinSequence

	line    []int          // free blocks, in the order in which they are taken
	blocks  map[string]int // by name
	names   []string       // by block, "" for none
	holders []int          // by block

	steps    int64       // ended
	boundary kernel.Time // the next
	fraction int64       // of a nanosecond, in grains, by which the exact sum of step times is ahead of it
	grain    int64       // g of the package comment, in units of 2⁻¹⁶
	busy     bool
	now      kernel.Time
	outcomes []Outcome
	step     twinStep
	ended    twinStep
}

type twinSequence struct {
	id                 int32
	q                  Request
	emitted, computed  int
	blocks             []int
	named              int // leading blocks
	dirty, began       bool
	decodes            bool  // emitted at the boundary where the step begins
	decoded            bool  // in the step that ends
	since              int64 // step after which it began to decode
	context, reply     int   // computed and emitted at that time
	scheduled, drafted int   // tokens of the present step, those of the draft
	emits              int   // at its end, while it decodes
	last               kernel.Time
}

// twinStep is what Steps says of a single step.
type twinStep struct {
	Begin                    kernel.Time
	Span                     time.Duration
	Time                     int64
	Decoding                 int
	Tokens, Caught           int64
	Running, Waiting, Blocks int
	Held                     int
	Work                     profile.Work
}

func newTwin(c *Config) *twin {
	w := &twin{c: c, all: map[int32]*twinSequence{}, blocks: map[string]int{}, names: make([]string, c.Blocks), holders: make([]int, c.Blocks)}
	g := 0.0
	for i := range c.Draft + 1 { // 1 + p + p² + …
		g += math.Pow(c.Acceptance, float64(i))
	}
	w.grain = int64(math.Round(g * 65536))
	for b := range c.Blocks {
		w.line = append(w.line, b)
	}
	return w
}

func (w *twin) Wake(now kernel.Time) kernel.Time {
	if !w.busy && len(w.waiting) > 0 {
		return now
	}
	return w.Next()
}

func (w *twin) Next() kernel.Time {
	if !w.busy {
		return kernel.Never
	}
	return w.boundary
}

func (w *twin) Held(kernel.Time) int { return w.c.Blocks - len(w.line) }

func (w *twin) Matched(_ kernel.Time, q *Request) int {
	if q.Computed > 0 {
		return 0
	}
	return len(w.find(&twinSequence{q: *q})) * w.c.Block
}

func (w *twin) Step(now kernel.Time) []Outcome {
	w.now, w.outcomes, w.ended = now, nil, twinStep{}
	if w.busy {
		w.end()
	} else {
		w.boundary, w.fraction = now, 0
	}
	for w.busy = true; !w.begin(); {
		if len(w.running)+len(w.waiting)+len(w.coming) == 0 {
			w.busy = false
			break
		}
		if len(w.running)+len(w.waiting) == 0 { // the step that ended was the last: they need not wait for another
			w.waiting, w.coming = w.coming, nil
		}
	}
	w.waiting, w.coming = append(w.waiting, w.coming...), nil
	return w.outcomes
}

func (w *twin) tell(o Outcome) { w.outcomes = append(w.outcomes, o) }

// ceil returns how many blocks so many tokens fill.
func (w *twin) ceil(tokens int) int {
	n := tokens / w.c.Block
	if tokens%w.c.Block > 0 {
		n++
	}
	return n
}

func (s *twinSequence) target() int { return int(s.q.Prompt) + s.emitted }

// advanced returns how far a sequence that began to decode after step a has come after step b.
func (w *twin) advanced(a, b int64) int { return int(b*w.grain/65536 - a*w.grain/65536) }

// end lets the sequences emit.
func (w *twin) end() {
	w.steps++
	w.ended = w.step
	for _, s := range w.running {
		s.decoded = s.decodes
	}
	w.ended.Span, w.ended.Waiting = w.now.Sub(w.step.Begin), len(w.waiting)+len(w.coming)
	w.ran = append(w.ran[:0], w.running...)
	for _, decodes := range [2]bool{true, false} {
		for _, s := range w.ran {
			if s.decoded != decodes || s.scheduled == 0 {
				continue
			}
			if decodes {
				n := min(s.emits, int(s.q.Output)-s.emitted)
				w.ended.Tokens += int64(n)
				s.emitted += n
				s.last = w.now
				if s.emitted == int(s.q.Output) {
					w.finish(s)
				}
			} else if s.computed == s.target() {
				w.caughtUp(s)
			}
		}
	}
	for _, s := range w.running {
		if s.last != w.now { // did not emit
			s.decodes = false
		}
	}
}

func (w *twin) caughtUp(s *twinSequence) {
	s.emitted++
	if s.emitted == 1 {
		w.tell(Outcome{Kind: FirstToken, ID: s.id})
	} else {
		w.tell(Outcome{Kind: NextToken, ID: s.id, Gap: w.now.Sub(s.last)})
	}
	s.last = w.now
	if s.emitted == int(s.q.Output) {
		w.finish(s)
		return
	}
	s.decodes, s.since, s.context, s.reply = true, w.steps, s.computed, s.emitted
}

func (w *twin) finish(s *twinSequence) {
	w.running = slices.DeleteFunc(w.running, func(o *twinSequence) bool { return o == s })
	w.release(s, true)
	w.tell(Outcome{Kind: Finished, ID: s.id})
}

// begin schedules a step; false when nothing was.
func (w *twin) begin() bool {
	for _, s := range w.running {
		s.scheduled, s.drafted, s.emits = 0, 0, 0
	}
	budget := w.c.MaxTokens
	preempted := w.passRunning(&budget)
	if !preempted {
		w.passWaiting(&budget)
	}
	work := false
	for _, s := range w.running {
		work = work || s.scheduled > 0
	}
	if !work {
		return false
	}
	grains := w.time()
	w.fraction += grains
	w.boundary += kernel.Time(w.fraction / profile.Grains)
	w.fraction %= profile.Grains
	w.step = twinStep{Begin: w.now, Time: grains, Running: len(w.running), Blocks: w.c.Blocks, Held: w.Held(0), Work: w.work()}
	for _, s := range w.running {
		if s.decodes && s.scheduled > 0 {
			w.step.Decoding++
		} else {
			w.step.Caught += int64(s.scheduled)
		}
	}
	return true
}

func (w *twin) passRunning(budget *int) (preempted bool) {
	for i := 0; i < len(w.running); i++ {
		s := w.running[i]
		n, after := 0, s.computed
		if s.decodes {
			n = 1 + w.c.Draft
			if n > *budget {
				n = 0
			} else {
				after += w.advanced(s.since, w.steps+1) - w.advanced(s.since, w.steps)
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

// compute schedules n tokens of a sequence, which will then have so many in the cache.
func (w *twin) compute(s *twinSequence, n, after int) {
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
	for w.c.PrefixCache && !s.decodes && (s.named+1)*w.c.Block <= s.computed && (s.named+1)*w.c.Block <= s.covered() && !s.dirty {
		w.label(s)
	}
}

func (w *twin) victim() *twinSequence {
	if !w.c.Priority {
		return w.running[len(w.running)-1]
	}
	return slices.MaxFunc(w.running, byPriority)
}

func byPriority(a, b *twinSequence) int {
	if a.q.Priority != b.q.Priority {
		return int(a.q.Priority - b.q.Priority)
	}
	return int(a.q.Ordinal - b.q.Ordinal)
}

func (w *twin) preempt(s *twinSequence) {
	w.running = slices.DeleteFunc(w.running, func(o *twinSequence) bool { return o == s })
	w.release(s, false)
	s.computed, s.decodes, s.scheduled, s.q.Computed = 0, false, 0, 0
	w.waiting = append([]*twinSequence{s}, w.waiting...)
	w.tell(Outcome{Kind: Preempted, ID: s.id})
}

func (w *twin) passWaiting(budget *int) {
	for *budget > 0 && len(w.running) < w.c.MaxSequences && len(w.waiting) > 0 {
		s := w.waiting[0]
		if w.c.Priority {
			s = slices.MinFunc(w.waiting, byPriority)
		}
		var found []int
		if s.q.Computed == 0 {
			found = w.find(s)
		}
		computed := max(int(s.q.Computed), len(found)*w.c.Block)
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
		w.join(s, found, computed, n)
		*budget -= n
	}
}

func (w *twin) join(s *twinSequence, found []int, computed, n int) {
	w.waiting = slices.DeleteFunc(w.waiting, func(o *twinSequence) bool { return o == s })
	w.running = append(w.running, s)
	for _, b := range found {
		if w.holders[b]++; w.holders[b] == 1 {
			w.line = slices.DeleteFunc(w.line, func(o int) bool { return o == b })
		}
	}
	kind := Scheduled
	if s.began {
		kind = Resumed
	}
	s.began = true
	w.tell(Outcome{Kind: kind, ID: s.id, Tokens: int32(len(found) * w.c.Block)})
	s.blocks, s.named, s.dirty, s.computed = found, len(found), s.q.Computed > 0, computed
	w.compute(s, n, computed+n)
}

// time returns how long the step takes, in grains.
func (w *twin) time() int64 {
	form := func(f profile.Form) int64 {
		t := f.Constant
		for _, s := range w.running {
			n, before := int64(s.scheduled), int64(s.computed-s.scheduled)
			switch {
			case n == 0:
			case s.decodes:
				growth := f.Context
				if w.c.Draft > 0 {
					growth = int64(math.Round(float64(f.Context) * float64(w.grain) / 65536))
				}
				t += f.Sequence + f.Decode + f.Context*int64(s.context) + growth*(w.steps-s.since) + f.Prefill*int64(s.drafted)
			case n == 1:
				t += f.Sequence + f.Decode + f.Context*before
			default:
				t += f.Sequence + f.Prefill*n
				for i := range n { // each attends to itself by half, and to all before it
					t += f.Attention * (2*(before+i) + 1)
				}
			}
		}
		return t
	}
	scheduled := int64(0)
	for _, s := range w.running {
		if scheduled += int64(s.scheduled); s.decodes && s.scheduled > 0 {
			scheduled += 1 + int64(s.drafted) - int64(s.scheduled)
		}
	}
	return max(max(form(w.c.Law.Compute), form(w.c.Law.Memory))+form(w.c.Law.Overhead)+w.c.Law.Experts.Time(scheduled), profile.Grains)
}

// work returns the features of the step.
func (w *twin) work() (f profile.Work) {
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
			f.Context += int64(s.context)
			f.Prefill += int64(s.drafted)
			passed += w.steps - s.since
		case n == 1:
			f.Decode++
			f.Context += before
		default:
			f.Prefill += n
			f.Attention += n * (2*before + n)
		}
	}
	f.Context += passed * w.grain >> 16
	return f
}

// covered returns the tokens that the segments of the prompt cover.
func (s *twinSequence) covered() int {
	n := 0
	if s.q.Content != nil {
		for _, segment := range s.q.Content.Prefix {
			n += int(segment.Tokens)
		}
	}
	return n
}

// name returns what a block of a sequence holds, and all before it.
func (w *twin) name(s *twinSequence, block int) string {
	name, at, end := fmt.Sprint("block ", block), 0, (block+1)*w.c.Block
	var contents Content
	if s.q.Content != nil {
		contents = *s.q.Content
	}
	for _, segment := range contents.Prefix {
		if at < end {
			name += fmt.Sprintf(" %d@%d", segment.Content, at)
		}
		at += int(segment.Tokens)
	}
	switch {
	case at >= end:
	case at == int(s.q.Prompt) && contents.Reply != 0:
		name += fmt.Sprintf(" %d@%d", contents.Reply, at)
	default:
		name += fmt.Sprintf(" own %d", s.q.Ordinal)
	}
	return name
}

// find returns the leading blocks of a sequence that are in the cache.
func (w *twin) find(s *twinSequence) (found []int) {
	for (len(found)+1)*w.c.Block < s.target() && w.c.PrefixCache {
		b, ok := w.blocks[w.name(s, len(found))]
		if !ok {
			break
		}
		found = append(found, b)
	}
	return found
}

// label names the first block of a sequence that has none.
func (w *twin) label(s *twinSequence) {
	name := w.name(s, s.named)
	if _, taken := w.blocks[name]; taken {
		s.dirty = true
		return
	}
	w.blocks[name] = s.blocks[s.named]
	w.names[s.blocks[s.named]] = name
	s.named++
}

// release gives up what a sequence holds.
func (w *twin) release(s *twinSequence, finished bool) {
	repeated := s.q.Content != nil && s.q.Content.Reply != 0 && s.covered() == int(s.q.Prompt)
	end := min(s.computed, int(s.q.Prompt+s.q.Output)) // with a draft more may have been accepted
	for w.c.PrefixCache && !s.dirty && (s.named+1)*w.c.Block <= end && (repeated || !finished) {
		w.label(s)
	}
	for _, b := range slices.Backward(s.blocks) {
		if w.holders[b]--; w.holders[b] == 0 {
			w.line = append(w.line, b)
		}
	}
	s.blocks, s.named = nil, 0
}
