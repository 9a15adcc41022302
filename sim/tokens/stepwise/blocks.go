package stepwise

import (
	"fmt"
	"slices"

	"wavetank/sim/tokens"
)

// covered returns how many tokens the segments of the prompt cover.
func (s *sequence) covered() int {
	n := 0
	if s.q.Content != nil {
		for _, segment := range s.q.Content.Prefix {
			n += int(segment.Tokens)
		}
	}
	return n
}

// name returns the name of a block of a sequence. It holds the contents of the block and of all
// blocks before it.
func (w *StepwiseEngine) name(s *sequence, block int) string {
	name, at, end := fmt.Sprint("adapter ", s.q.Adapter, " block ", block), 0, (block+1)*w.c.Block
	var contents tokens.Content
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

// mayFind reports whether a sequence looks up one of its blocks. A name that only the sequence
// itself looks up is given when it is preempted, so it looks none up before it began: not even if
// the same request was preempted here earlier, and comes again after its decode replica was lost.
func (w *StepwiseEngine) mayFind(s *sequence, block int) bool {
	end := (block + 1) * w.c.Block
	return end < s.target() && (s.began || end <= s.covered())
}

// find returns the leading blocks of a sequence that are in the cache.
func (w *StepwiseEngine) find(s *sequence) (found []int) {
	for w.c.PrefixCache && w.mayFind(s, len(found)) {
		b, ok := w.blocks[w.name(s, len(found))]
		if !ok {
			break
		}
		found = append(found, b)
	}
	return found
}

// label gives a name to the first block of a sequence that has no name.
func (w *StepwiseEngine) label(s *sequence) {
	name := w.name(s, s.named)
	if _, taken := w.blocks[name]; taken {
		s.dirty = true
		return
	}
	w.blocks[name] = s.blocks[s.named]
	w.names[s.blocks[s.named]] = name
	s.named++
}

// release frees the blocks that a sequence holds.
func (w *StepwiseEngine) release(s *sequence, finished bool) {
	repeated := s.q.Content != nil && s.q.Content.Reply != 0 && s.covered() == int(s.q.Prompt)
	// with Draft, more tokens may have been accepted
	end, before := min(s.computed, int(s.q.Prompt+s.q.Output)), s.named
	for w.c.PrefixCache && !s.dirty && (s.named+1)*w.c.Block <= end && (repeated || !finished) {
		w.label(s)
	}
	w.use(s, before, s.named, true)
	for _, b := range slices.Backward(s.blocks) {
		if w.holders[b]--; w.holders[b] == 0 {
			w.line = append(w.line, b)
		}
	}
	s.blocks, s.named = nil, 0
}
