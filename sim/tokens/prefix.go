package tokens

import "wavetank/sim/kernel"

// stretches walks over the contents of a sequence: the segments of its prompt, then one stretch for
// the rest up to the last token of its output. A segment in which no block ends is joined to the
// segment after it.
type stretches struct {
	Content
	s       *sequence
	size    *size
	at      int    // next segment
	start   int32  // tokens before it
	carried uint64 // content of the segments that are joined to the next one
}

// stretch is a stretch of tokens with its content, and the blocks [first, last) whose last token
// lies in it.
type stretch struct {
	content     uint64
	start       int32
	first, last int32
	rest        bool // it lies beyond the segments of the prompt
}

// walk begins a walk after the stretches whose blocks are all named.
func (r *Engine) walk(s *sequence) stretches {
	w := stretches{s: s, size: &r.size, at: int(s.segment), start: s.reached}
	if s.adapter > 0 && s.reached == 0 { // blocks of another adapter have other names
		w.carried = mix(1, uint64(s.adapter), 0)
	}
	if s.content != nil {
		w.Content = *s.content
	}
	return w
}

func (w *stretches) next() (t stretch, ok bool) {
	for w.at <= len(w.Prefix) {
		t = stretch{start: w.start, first: w.size.full(w.start), rest: w.at == len(w.Prefix)}
		end := w.s.prompt + w.s.output
		if t.rest {
			t.content = w.Reply
			if w.start < w.s.prompt || t.content == 0 {
				t.content = mix(^uint64(0), uint64(w.s.ordinal), 0)
			}
		} else {
			segment := w.Prefix[w.at]
			t.content = segment.Content
			end = min(w.s.prompt, w.start+segment.Tokens)
		}
		w.at++
		t.last = w.size.full(end)
		if t.last == t.first && !t.rest {
			w.carried = mix(w.carried, t.content, uint64(w.start))
			w.start = end
			continue
		}
		if w.carried != 0 {
			t.content = mix(w.carried, t.content, uint64(w.start))
		}
		w.start, w.carried = end, 0
		return t, t.last > t.first
	}
	return t, false
}

// mix hashes three numbers to one.
func mix(a, b, c uint64) uint64 {
	return kernel.Mix(a*0x9e3779b97f4a7c15 + b*0xd1342543de82ef95 + c*0xda942042e4dd58b5)
}

// find looks up the leading blocks of a sequence. It returns how many are found, and how many of
// these are free. It looks up nothing for a sequence whose blocks come from a prefill replica.
func (r *Engine) find(s *sequence) (found int32, idle int) {
	c := r.cache
	c.path = c.path[:0]
	if s.brought() > 0 {
		return 0, 0
	}
	limit := r.size.full(s.target() - 1)
	w := r.walk(s)
	parent := none
	for found < limit {
		t, ok := w.next()
		if !ok || t.rest && !s.began {
			break
		}
		i := c.lookup(child{parent, t.start, t.content})
		if i == none {
			break
		}
		to := min(c.nodes[i].end, t.last, limit)
		found = to
		idle += c.idle(i, to)
		c.path = append(c.path, step{i, to})
		if to < t.last {
			break
		}
		parent = i
	}
	return found, idle
}

// acquire lets a sequence hold the blocks that find has found.
func (r *Engine) acquire(s *sequence, found int32) {
	s.node, s.named, s.dirty = none, found, false
	for _, p := range r.cache.path {
		r.free -= r.cache.hold(p.node, p.to)
		s.node = p.node
	}
}

// name gives names to the blocks in the segments of the prompt that have been scheduled in full.
func (r *Engine) name(s *sequence) {
	full := r.size.full(s.computed)
	w := r.walk(s)
	for !s.dirty && s.named < full {
		t, ok := w.next()
		if !ok || t.rest {
			return
		}
		if t.last > s.named {
			r.label(s, t, min(t.last, full))
		}
		if t.last <= s.named {
			s.segment, s.reached = int32(w.at), w.start
		}
	}
}

// label gives names to the blocks of a sequence in a stretch, up to block to − 1. All blocks before
// the stretch must be named.
func (r *Engine) label(s *sequence, t stretch, to int32) {
	c := r.cache
	i, name := s.node, child{s.node, t.start, t.content}
	if s.named == t.first {
		i = c.lookup(name)
	}
	if i != none && c.nodes[i].end > s.named {
		s.dirty = true
		return
	}
	s.node = c.grow(i, name, t.first, to)
	s.named = to
}

// release frees the blocks that a sequence holds, the last block first.
func (r *Engine) release(s *sequence, finished bool) {
	c := r.cache
	if c == nil {
		r.free += int(s.held)
		return
	}
	if full := r.size.full(s.computed); !s.dirty && full > s.named {
		before := s.named
		r.keep(s, full, finished)
		if r.special != nil {
			r.offload(s, before)
		}
	}
	if unnamed := s.held - s.named; unnamed > 0 {
		r.free += int(unnamed)
		c.retire(c.extent(extent{node: none, to: unnamed, above: none, below: none}))
	}
	r.free += c.leave(s.node, s.named)
	s.node, s.named, s.segment, s.reached = none, 0, 0, 0
}

// keep gives names to the blocks that a sequence has computed beyond the segments of its prompt, if
// they may be looked up again.
func (r *Engine) keep(s *sequence, full int32, finished bool) {
	w := r.walk(s)
	for {
		t, ok := w.next()
		switch {
		case !ok:
			return
		case t.rest:
			own := w.Reply == 0 || t.start < s.prompt
			if !(finished && own) {
				r.label(s, t, min(t.last, full))
			}
			return
		case t.last > s.named:
			return // its prompt is not fully computed, or not fully named
		}
	}
}

// Matched returns how many tokens of a request's prompt the replica would find in its cache. Now
// must not be after the next boundary.
func (r *Engine) Matched(now kernel.Time, q *EngineRequest) int {
	if r.cache == nil || q.Content == nil {
		return 0
	}
	r.Held(now)
	s := &sequence{prompt: q.Prompt, output: q.Output, computed: q.Computed, ordinal: q.Ordinal, content: q.Content, adapter: q.Adapter}
	found, _ := r.find(s)
	if r.special != nil && r.special.host != nil {
		found += r.restorable(s, found)
	}
	return int(found) * r.config.Block
}

// Held returns the number of KV blocks in use. Now must not be after the next boundary.
func (r *Engine) Held(now kernel.Time) int {
	if r.run.count > 0 {
		r.settle(r.run.until(r.grains(now)))
	}
	return r.config.Blocks - r.free
}
