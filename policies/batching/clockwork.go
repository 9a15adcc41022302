package batching

import (
	"fmt"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Sizes says which batch sizes Clockwork may start. The largest batch of a deployment is always one
// of them.
type Sizes string

// The sizes of Clockwork: every one that the model has a latency for, as the controller takes them
// from the model, or powers of two, for which the models of its authors are compiled.
const (
	EverySize   Sizes = "all"
	PowersOfTwo Sizes = "powers-of-two"
)

// Clockwork has a view of the queue for each batch size. When a replica can start something, each
// view gives up the requests in front that would be late in a batch of its size. Then the largest
// size starts whose view still fills a batch: the first requests of that view. Those that it passed
// over are dropped. So is a request that would be late even alone. It never waits. Sizes are in
// items. A batch of a size has as many of the requests as fit, and takes the time of their items.
//
// Source: Gujarati et al., "Serving DNNs like clockwork", OSDI, 2020; the controller's model queue,
// src/clockwork/controller/infer5/infer5_scheduler.cpp, try_dequeue. There the strategy with the
// least time to its latest start is tried first, and one that asks for more than the views have is
// put back; with one model to a device that ends in the rule above. Its margins (decisions up to
// schedule_ahead before the device is free, objectives shortened by 5 ms) are left out.
type Clockwork struct {
	sizes Sizes
	front front
}

// NewClockwork returns a batcher with the batch sizes given.
func NewClockwork(sizes Sizes) (*Clockwork, error) {
	if sizes != EverySize && sizes != PowersOfTwo {
		return nil, fmt.Errorf("sizes: %q is neither %s nor %s", sizes, EverySize, PowersOfTwo)
	}
	return &Clockwork{sizes: sizes}, nil
}

// Batch implements sim.Batcher. Sizes are tried in ascending order, up to the first that fails: a
// larger batch takes no less time, and needs no fewer requests. So no window goes backwards.
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

// view moves a window to where the view of a batch size begins, and to where its batch ends; false
// where the view does not fill a batch, or somebody in that would be late.
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

// next returns the batch size after another.
func (b *Clockwork) next(size, largest int) int {
	if b.sizes == EverySize {
		return size + 1
	}
	return min(2*size, largest)
}

// String returns "clockwork", with its sizes when they are not all.
func (b *Clockwork) String() string {
	if b.sizes != EverySize {
		return fmt.Sprintf("clockwork(sizes %s)", b.sizes)
	}
	return "clockwork"
}
