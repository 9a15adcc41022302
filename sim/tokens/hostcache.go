package tokens

import "slices"

// Offload says how an engine keeps the KV blocks of prompts in host memory, too, as the offloading
// connector of vLLM (vllm/v1/kv_offload) and HiCache of SGLang do. A block is copied there when it
// gets a name. A sequence that joins finds the blocks there that follow those found on the device.
type Offload struct {
	Blocks int   // blocks in host memory
	Grains int64 // time to copy a block from host memory to the device
}

// hostCache holds the names of the blocks in host memory. The block that was last used longest ago
// leaves first.
type hostCache struct {
	*Offload
	at       map[uint64]int32 // place of a name
	slots    []hostBlock
	first    int32 // the next to leave
	last     int32
	names    []uint64 // scratch
	restored int      // blocks copied to the device since the step began
}

// hostBlock is a block in host memory, with its neighbours in the order of their last use.
type hostBlock struct {
	name        uint64
	older, next int32
}

func newHostCache(o *Offload) *hostCache {
	if o == nil {
		return nil
	}
	return &hostCache{Offload: o, at: map[uint64]int32{}, first: none, last: none}
}

// unlink takes a place out of the order.
func (h *hostCache) unlink(i int32) {
	b := &h.slots[i]
	if b.older == none {
		h.first = b.next
	} else {
		h.slots[b.older].next = b.next
	}
	if b.next == none {
		h.last = b.older
	} else {
		h.slots[b.next].older = b.older
	}
}

// append puts a place at the end of the order.
func (h *hostCache) append(i int32) {
	h.slots[i].older, h.slots[i].next = h.last, none
	if h.last == none {
		h.first = i
	} else {
		h.slots[h.last].next = i
	}
	h.last = i
}

// touch notes that a block is used now, if it is there.
func (h *hostCache) touch(name uint64) (there bool) {
	i, there := h.at[name]
	if there {
		h.unlink(i)
		h.append(i)
	}
	return there
}

// put copies a block to host memory, unless it is there. It is used now.
func (h *hostCache) put(name uint64) {
	if h.touch(name) {
		return
	}
	i := int32(len(h.slots))
	if len(h.slots) < h.Blocks {
		h.slots = append(h.slots, hostBlock{})
	} else {
		i = h.first
		h.unlink(i)
		delete(h.at, h.slots[i].name)
	}
	h.slots[i].name = name
	h.at[name] = i
	h.append(i)
}

// namesOf lists the names of the blocks [from, to) of a sequence, as far as they may be looked up.
// They are valid until the next call.
func (r *Engine) namesOf(s *sequence, from, to int32, rest bool) []uint64 {
	h := r.special.host
	h.names = h.names[:0]
	whole := *s
	whole.segment, whole.reached = 0, 0
	w := r.walk(&whole)
	for chain := uint64(0); ; {
		t, ok := w.next()
		if !ok || t.first >= to || t.rest && !rest {
			return h.names
		}
		chain = mix(chain, t.content, uint64(t.start))
		for j := max(t.first, from); j < min(t.last, to); j++ {
			h.names = append(h.names, mix(chain, uint64(j), 1))
		}
	}
}

// restorable returns how many blocks of a sequence are in host memory, after those found on the
// device.
func (r *Engine) restorable(s *sequence, found int32) (n int32) {
	if s.brought() > 0 {
		return 0
	}
	for _, name := range r.namesOf(s, found, r.size.full(s.target()-1), s.began) {
		if _, there := r.special.host.at[name]; !there {
			break
		}
		n++
	}
	return n
}

// restore copies blocks of a sequence that joins to the device, and notes that they are used, and
// those found on the device. The last block counts as used first, so that it leaves first.
func (r *Engine) restore(s *sequence, found, restored int32) {
	r.special.host.restored += int(restored)
	for _, name := range slices.Backward(r.namesOf(s, 0, found+restored, true)) {
		r.special.host.touch(name)
	}
}

// offload copies the blocks of a sequence from block from to its last named block to host memory,
// the last first.
func (r *Engine) offload(s *sequence, from int32) {
	if r.special.host == nil || s.named <= from {
		return
	}
	for _, name := range slices.Backward(r.namesOf(s, from, s.named, true)) {
		r.special.host.put(name)
	}
}
