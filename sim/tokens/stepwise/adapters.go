package stepwise

import (
	"slices"

	"wavetank/sim/profile"
)

// adapters is the state of the LoRA adapters of a replica. Every list is in the order of the last
// use, the last used at the end.
type adapters struct {
	slots, host []int32 // adapters in the memory of the device, and in host memory
	took        int64   // grains that the present step loads
	loaded      int     // adapters that the present step loads
}

// uses returns how many running sequences use an adapter.
func (w *StepwiseEngine) uses(adapter int32) (n int) {
	for _, s := range w.running {
		if s.q.Adapter == adapter {
			n++
		}
	}
	return n
}

// slotFor reports whether a sequence may join with its adapter.
func (w *StepwiseEngine) slotFor(s *sequence) bool {
	if w.c.Adapters == nil || s.q.Adapter == 0 || w.uses(s.q.Adapter) > 0 {
		return true
	}
	busy := map[int32]bool{}
	for _, o := range w.running {
		if o.q.Adapter > 0 {
			busy[o.q.Adapter] = true
		}
	}
	return len(busy) < w.c.Adapters.Slots
}

// fetch makes room for the adapter of a sequence that has joined, and loads it, unless it is there.
func (w *StepwiseEngine) fetch(s *sequence) {
	if w.c.Adapters == nil || s.q.Adapter == 0 {
		return
	}
	load := func(list *[]int32, most int) (missed bool) {
		if slices.Contains(*list, s.q.Adapter) {
			return false
		}
		if len(*list) == most {
			i := slices.IndexFunc(*list, func(a int32) bool { return w.uses(a) == 0 })
			*list = slices.Delete(*list, i, i+1)
		}
		*list = append(*list, s.q.Adapter)
		return true
	}
	fetched := load(&w.adapters.host, w.c.Adapters.Host)
	if load(&w.adapters.slots, w.c.Adapters.Slots) {
		w.adapters.loaded++
		w.adapters.took += int64(w.c.Adapters.Copy) * profile.Grains
		if fetched {
			w.adapters.took += int64(w.c.Adapters.Fetch) * profile.Grains
		}
	}
}

// stopped notes that a sequence has stopped running. The last use of its adapter ends now if no
// other sequence uses it.
func (w *StepwiseEngine) stopped(s *sequence) {
	if w.c.Adapters == nil || s.q.Adapter == 0 || w.uses(s.q.Adapter) > 0 {
		return
	}
	for _, list := range []*[]int32{&w.adapters.slots, &w.adapters.host} {
		if i := slices.Index(*list, s.q.Adapter); i >= 0 {
			*list = append(slices.Delete(*list, i, i+1), s.q.Adapter)
		}
	}
}
