package kernel

import "math/bits"

const (
	digit  = 6
	radix  = 1 << digit
	levels = (63 + digit - 1) / digit
	words  = radix / 64
)

type wheel[E any] struct {
	origin  Time
	pending int
	levels  uint32
	used    [levels][words]uint64
	slots   [levels][radix]bucket[E]
	free    *chunk[E]
}

type bucket[E any] struct {
	first, last *chunk[E]
	n           int
}

type chunk[E any] struct {
	next  *chunk[E]
	used  int
	nodes [31]node[E]
}

func (w *wheel[E]) add(entry node[E]) {
	w.pending++
	level := 0
	if d := uint64(entry.at ^ w.origin); d != 0 {
		level = (bits.Len64(d) - 1) / digit
	}
	w.put(level, &entry)
}

func (w *wheel[E]) put(level int, entry *node[E]) {
	slot := int(uint64(entry.at)>>(digit*level)) & (radix - 1)
	b := &w.slots[level][slot]
	c := b.last
	if c == nil || c.used == len(c.nodes) {
		c = w.extend(b, level, slot)
	}
	c.nodes[c.used] = *entry
	c.used++
	b.n++
}

func (w *wheel[E]) extend(b *bucket[E], level, slot int) *chunk[E] {
	c := w.free
	if c == nil {
		c = new(chunk[E])
	} else {
		w.free = c.next
		c.next = nil
	}
	if b.last == nil {
		b.first = c
		w.levels |= 1 << level
		w.used[level][slot/64] |= 1 << (slot % 64)
	} else {
		b.last.next = c
	}
	b.last = c
	return c
}

func (w *wheel[E]) drop(level, slot int) {
	w.used[level][slot/64] &^= 1 << (slot % 64)
	if w.used[level] == [words]uint64{} {
		w.levels &^= 1 << level
	}
	w.slots[level][slot] = bucket[E]{}
}

func (w *wheel[E]) release(c *chunk[E]) {
	c.used = 0
	c.next = w.free
	w.free = c
}

func (w *wheel[E]) firstSlot(level int) int {
	for i, word := range w.used[level] {
		if word != 0 {
			return i*64 + bits.TrailingZeros64(word)
		}
	}
	return -1
}

// take appends the nearest events, about most, to the empty near, and returns the new edge.
func (w *wheel[E]) take(near []node[E], most int) ([]node[E], uint64) {
	level := bits.TrailingZeros32(w.levels)
	slot := w.firstSlot(level)
	for w.slots[level][slot].n > most && level > 0 {
		level = w.spread(level, slot)
		slot = w.firstSlot(level)
	}
	b := &w.slots[level][slot]
	shift := digit * level
	w.origin = w.start(b.first.nodes[0].at, shift)
	if level == 0 {
		if b.n > most && b.first != b.last {
			c := b.first
			near = append(near, c.nodes[:c.used]...)
			w.pending -= c.used
			b.n -= c.used
			b.first = c.next
			w.release(c)
			return near, uint64(w.origin)
		}
	}
	last := slot
	for {
		w.pending -= b.n
		for c := b.first; c != nil; {
			near = append(near, c.nodes[:c.used]...)
			next := c.next
			w.release(c)
			c = next
		}
		w.drop(level, slot)
		last = slot
		slot = w.firstSlot(level)
		if slot < 0 {
			break
		}
		b = &w.slots[level][slot]
		if len(near)+b.n > most {
			break
		}
	}
	if w.pending == 0 {
		return near, open
	}
	return near, uint64(w.origin)&^(radix<<shift-1) + (uint64(last)+1)<<shift
}

func (w *wheel[E]) start(at Time, shift int) Time { return at &^ (1<<shift - 1) }

func (w *wheel[E]) spread(level, slot int) int {
	b := w.slots[level][slot]
	first := b.first.nodes[0].at
	var diff Time
	for c := b.first; c != nil; c = c.next {
		for i := range c.nodes[:c.used] {
			diff |= c.nodes[i].at ^ first
		}
	}
	w.drop(level, slot)
	level = 0
	if diff != 0 {
		level = (bits.Len64(uint64(diff)) - 1) / digit
	}
	for c := b.first; c != nil; {
		for i := range c.nodes[:c.used] {
			w.put(level, &c.nodes[i])
		}
		next := c.next
		w.release(c)
		c = next
	}
	return level
}
