package batching

import (
	"fmt"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Sizes says which batch sizes Clockwork may start. The largest batch of a deployment is always one
// of them.
type Sizes string

// The sizes that Clockwork may start:
//
//   - EverySize: each size for which the model has a latency, as in Clockwork's controller
//   - PowersOfTwo: powers of two, for which Clockwork's authors compile their models
const (
	EverySize   Sizes = "all"
	PowersOfTwo Sizes = "powers-of-two"
)

// Clockwork has a view of the queue for each batch size. When a replica can start a batch, each
// view skips the requests in front that would be late in a batch of its size. Clockwork then starts
// a batch of the largest size whose view still fills a batch. The batch has the first requests of
// this view. The requests that the view skipped are dropped. A request that would be late even
// alone is dropped, too. Clockwork never waits. Sizes are in items. A batch has as many requests as
// fit into its size, and takes the time of their items.
//
// Source: Gujarati et al., "Serving DNNs like clockwork", OSDI, 2020; the controller's model queue,
// src/clockwork/controller/infer5/infer5_scheduler.cpp, try_dequeue. There each batch size of each
// model is a strategy. The controller tries the strategy that must start soonest, and puts it back
// if too few requests wait. With one model per device the outcome is the rule above. Two margins
// are left out: decisions up to schedule_ahead before the device is free, and objectives shortened
// by 5 ms.
type Clockwork struct {
	sizes Sizes
	front front
}

// NewClockwork returns a batcher with the given batch sizes.
func NewClockwork(sizes Sizes) (*Clockwork, error) {
	if sizes != EverySize && sizes != PowersOfTwo {
		return nil, fmt.Errorf("sizes: %q is neither %s nor %s", sizes, EverySize, PowersOfTwo)
	}
	return &Clockwork{sizes: sizes}, nil
}

// Batch implements sim.Batcher. It tries sizes in ascending order, up to the first that fails. A
// larger batch takes no less time and needs no fewer requests, so the window only moves forward.
func (b *Clockwork) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	f, largest := &b.front, v.Deployment(at).MaxBatch
	f.read(v, at, largest)
	best, w := window{from: len(f.waiting)}, window{}
	for size := 1; b.view(&w, size); size = b.next(size, largest) {
		if best = w; size == largest {
			break
		}
	}
	return sim.BatchDecision{Drop: best.from, Count: max(0, best.to-best.from)}
}

// view moves a window to the first batch in the view of a batch size. It returns false if the view
// does not fill a batch, or if any request of the batch would be late.
func (b *Clockwork) view(w *window, size int) bool {
	f := &b.front
	for {
		if !f.extend(w, size) {
			return false
		}
		if !f.late(w) {
			return f.sorted || f.timely(w) == w.to-w.from
		}
		f.pass(w)
	}
}

// next returns the next larger batch size.
func (b *Clockwork) next(size, largest int) int {
	if b.sizes == EverySize {
		return size + 1
	}
	return min(2*size, largest)
}

// String returns "clockwork", with its sizes if they are not all sizes.
func (b *Clockwork) String() string {
	if b.sizes != EverySize {
		return fmt.Sprintf("clockwork(sizes %s)", b.sizes)
	}
	return "clockwork"
}
