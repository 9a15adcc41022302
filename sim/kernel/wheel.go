package kernel

import "math/bits"

// wheel holds the events far ahead. It is a timing wheel with levels (Varghese & Lauck, SOSP 1987).
// Levels are used on demand, like the rungs of a ladder queue (Tang, Goh & Thng, TOMACS 2005).
//
// An instant has digits of 6 bits. Take the most significant digit in which the instant of an event
// differs from the origin: its place is the level of the event, its value is the slot. So the first
// slot in use of the lowest level in use holds the nearest events. A slot with few events is taken
// whole. A slot with many events is first spread over a lower level. So an event moves at most once
// per level, in long sequential copies.
//
// Every slot keeps its events in schedule order, so the events of one instant need no sorting.
// Chunks are used again and never freed. Their number is at most that needed for the most events
// ever pending, plus one per slot.
type wheel[E any] struct {
	origin  Time // not later than any event; equal to each event in all digits above its level
	pending int
	levels  uint64         // bit l: level l is in use
	used    [levels]uint64 // bit s of level l: slot s is in use
	slots   [levels][radix]slot[E]
	free    *chunk[E] // empty chunks, to be used again
}

const (
	digit  = 6 // bits of an instant
	radix  = 1 << digit
	levels = 63/digit + 1
)

// slot is a list of chunks, all full but the last.
type slot[E any] struct {
	first, last *chunk[E]
	pending     int
}

// chunk is a kilobyte of events, for events of the simulator's size.
type chunk[E any] struct {
	next  *chunk[E]
	used  int
	nodes [31]node[E]
}

// add adds an event. Its instant must not lie before the edge that take returned last.
func (w *wheel[E]) add(entry node[E]) {
	w.pending++
	w.put(level(entry.at^w.origin), &entry)
}

// level returns the place of the most significant digit of a difference that is not zero.
func level(difference Time) uint { return uint(bits.Len64(uint64(difference)|1)-1) / digit }

// put appends an event to its slot of a level.
func (w *wheel[E]) put(level uint, entry *node[E]) {
	place := entry.at >> (digit * level) & (radix - 1)
	s := &w.slots[level][place]
	c := s.last
	if c == nil || c.used == len(c.nodes) {
		c = w.extend(s)
		w.used[level] |= 1 << place
		w.levels |= 1 << level
	}
	c.nodes[c.used] = *entry
	c.used++
	s.pending++
}

// extend appends an empty chunk to a slot.
func (w *wheel[E]) extend(s *slot[E]) *chunk[E] {
	c := w.free
	if c == nil {
		c = new(chunk[E])
	} else {
		w.free = c.next
		c.next = nil
	}
	if s.last == nil {
		s.first = c
	} else {
		s.last.next = c
	}
	s.last = c
	return c
}

// take appends the nearest events to near, which is empty: at least one, and about most of them. It
// takes all events of an instant, except perhaps of the last instant. It returns the edge: the
// wheel holds no more events before this instant.
func (w *wheel[E]) take(near []node[E], most int) ([]node[E], uint64) {
	at := uint(bits.TrailingZeros64(w.levels))
	s := w.first(at)
	for at > 0 && s.pending > most {
		at = w.spread(at, s)
		s = w.first(at)
	}
	below := Time(1)<<(digit*at) - 1 // the digits below the level
	w.origin = s.first.nodes[0].at &^ below
	if s.first != s.last && at == 0 {
		// the next call takes the other events of this instant
		return w.unload(near, s), uint64(w.origin)
	}
	for len(near) == 0 || w.used[at] != 0 && len(near)+w.first(at).pending <= most {
		s = w.first(at)
		for s.first != nil {
			near = w.unload(near, s)
		}
		w.close(at)
	}
	if w.pending == 0 {
		return near, open
	}
	return near, uint64(near[len(near)-1].at|below) + 1
}

// first returns the first slot in use of a level in use.
func (w *wheel[E]) first(level uint) *slot[E] {
	return &w.slots[level][bits.TrailingZeros64(w.used[level])]
}

// unload moves the first chunk of a slot to near.
func (w *wheel[E]) unload(near []node[E], s *slot[E]) []node[E] {
	c := s.first
	near = append(near, c.nodes[:c.used]...)
	w.pending -= c.used
	s.pending -= c.used
	s.first = c.next
	w.release(c)
	return near
}

// release keeps a chunk for the next slot that needs one.
func (w *wheel[E]) release(c *chunk[E]) {
	c.used = 0
	c.next, w.free = w.free, c
}

// close marks the first slot in use of a level as unused. The slot must be empty.
func (w *wheel[E]) close(level uint) {
	*w.first(level) = slot[E]{}
	w.used[level] &= w.used[level] - 1
	if w.used[level] == 0 {
		w.levels &^= 1 << level
	}
}

// spread moves the events of the first slot of a level to a lower level, and returns that level. It
// is the level of the most significant digit in which these events differ.
func (w *wheel[E]) spread(from uint, s *slot[E]) uint {
	first := s.first
	var difference Time
	for c := first; c != nil; c = c.next {
		for i := range c.nodes[:c.used] {
			difference |= c.nodes[i].at ^ first.nodes[0].at
		}
	}
	w.close(from)
	to := level(difference)
	for c := first; c != nil; {
		for i := range c.nodes[:c.used] {
			w.put(to, &c.nodes[i])
		}
		done := c
		c = c.next
		w.release(done)
	}
	return to
}
