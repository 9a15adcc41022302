package stepwise

import "slices"

// host is the names of the blocks in host memory, the last used at the end.
type host struct {
	names    []string
	restored int // blocks that the present step copies from there
}

// restorable returns how many blocks of a sequence are in host memory, after those found on the
// device.
func (w *StepwiseEngine) restorable(s *sequence, found int) (n int) {
	if w.c.Offload == nil || s.q.Computed > 0 {
		return 0
	}
	for w.mayFind(s, found+n) && slices.Contains(w.host.names, w.name(s, found+n)) {
		n++
	}
	return n
}

// use notes that the blocks [from, to) of a sequence are used now, the last first. With put, those
// that are not in host memory are copied there.
func (w *StepwiseEngine) use(s *sequence, from, to int, put bool) {
	if w.c.Offload == nil {
		return
	}
	for block := to - 1; block >= from; block-- {
		name := w.name(s, block)
		i := slices.Index(w.host.names, name)
		switch {
		case i >= 0:
			w.host.names = slices.Delete(w.host.names, i, i+1)
		case !put:
			continue
		case len(w.host.names) == w.c.Offload.Blocks:
			w.host.names = w.host.names[1:]
		}
		w.host.names = append(w.host.names, name)
	}
}
