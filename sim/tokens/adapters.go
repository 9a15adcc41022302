package tokens

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"wavetank/sim/profile"
)

// Adapters says how an engine serves requests for LoRA adapters of its model. A request with an
// adapter runs only while the adapter is in a slot of the device. So do max_loras and max_cpu_loras
// of vLLM (vllm/v1/core/sched/scheduler.py, vllm/lora/worker_manager.py).
type Adapters struct {
	Slots int           // most adapters in the memory of the device: max_loras
	Host  int           // most adapters in host memory, those in slots included: max_cpu_loras
	Copy  time.Duration // time that an adapter takes from host memory to a slot
	Fetch time.Duration // time that it takes from the storage to host memory
}

// validate returns the faults.
func (a *Adapters) validate() error {
	var faults []error
	if a.Slots < 1 || a.Slots > 1<<20 {
		faults = append(faults, fmt.Errorf("lora: max-loras: %d is not between 1 and %d", a.Slots, 1<<20))
	} else if a.Host < a.Slots || a.Host > 1<<20 {
		faults = append(faults, fmt.Errorf("lora: max-cpu-loras: %d is not between max-loras, %d, and %d", a.Host, a.Slots, 1<<20))
	}
	if a.Copy < 0 || a.Fetch < 0 {
		faults = append(faults, errors.New("lora: a span is negative"))
	} else if worst := float64(a.Slots) * (a.Copy + a.Fetch).Seconds(); worst > 86 {
		faults = append(faults, fmt.Errorf("lora: a step that loads %d adapters could take %.3g s, more than 86 s", a.Slots, worst))
	}
	return errors.Join(faults...)
}

// shelf is where the adapters of a replica are. Adapters in use come first in the order of their
// last use, then the others, the last used first. The first Slots of them are in slots, the first
// Host in host memory: a small cache with the rule "least recently used leaves" holds a part of a
// larger one.
type shelf struct {
	*Adapters
	used   []adapterUse // adapters in use
	idle   []int32      // adapters that nobody uses, the last used at the end; at most Host
	loaded int          // adapters copied to a slot since the step began
	took   int64        // grains that these copies took
}

// adapterUse is an adapter with the number of running sequences that use it.
type adapterUse struct{ adapter, sequences int32 }

func newShelf(a *Adapters) *shelf {
	if a == nil {
		return nil
	}
	return &shelf{Adapters: a}
}

// find returns the index of an adapter among those in use, or −1.
func (h *shelf) find(adapter int32) int {
	return slices.IndexFunc(h.used, func(u adapterUse) bool { return u.adapter == adapter })
}

// allows reports whether a sequence with an adapter may join: the adapter is in use, or fewer than
// Slots are. Adapter 0 is none.
func (h *shelf) allows(adapter int32) bool {
	return adapter == 0 || len(h.used) < h.Slots || h.find(adapter) >= 0
}

// enter notes that a sequence with an adapter joins, and loads the adapter if needed.
func (h *shelf) enter(adapter int32) {
	if adapter == 0 {
		return
	}
	if i := h.find(adapter); i >= 0 {
		h.used[i].sequences++
		return
	}
	i := slices.Index(h.idle, adapter)
	rank := len(h.used) + len(h.idle) - 1 - i // adapters used later
	if i < 0 || rank >= h.Slots {
		h.loaded++
		h.took += int64(h.Copy) * profile.Grains
		if i < 0 || rank >= h.Host {
			h.took += int64(h.Fetch) * profile.Grains
		}
	}
	if i >= 0 {
		h.idle = slices.Delete(h.idle, i, i+1)
	}
	h.used = append(h.used, adapterUse{adapter, 1})
}

// leave notes that a sequence with an adapter stops running.
func (h *shelf) leave(adapter int32) {
	if adapter == 0 {
		return
	}
	i := h.find(adapter)
	if h.used[i].sequences--; h.used[i].sequences > 0 {
		return
	}
	h.used = slices.Delete(h.used, i, i+1)
	h.idle = append(h.idle, adapter)
	if over := len(h.idle) - h.Host; over > 0 {
		h.idle = slices.Delete(h.idle, 0, over)
	}
}

// admitAdapted lets waiting sequences join. A sequence whose adapter has no slot is passed over and
// keeps its place, and those behind it may join.
func (r *Engine) admitAdapted(budget *int) {
	var aside []entry // passed over, with Priority
	next := r.line.head
	for {
		id := next
		if r.config.Priority {
			if id = none; len(r.ranked.entries) > 0 {
				id = r.ranked.entries[0].id
			}
		} else if id != none {
			next = r.pool.sequences[id].next
		}
		if id == none {
			break
		}
		if r.running.length >= r.config.MaxSequences || *budget <= 0 {
			r.admissionBlocked = true
			break
		}
		adapter := r.pool.sequences[id].adapter
		if !r.special.shelf.allows(adapter) {
			r.admissionBlocked = true
			if r.config.Priority {
				aside = append(aside, r.ranked.entries[0])
				r.ranked.pop(r.pool)
			}
			continue
		}
		if !r.join(id, budget) {
			r.admissionBlocked = true
			break
		}
		r.special.shelf.enter(adapter)
	}
	for _, e := range aside {
		r.ranked.push(r.pool, e)
	}
}
