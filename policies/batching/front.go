package batching

import (
	"math"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// front is the head of the queue at a replica: the requests that one decision may need. A batcher
// reuses its front, so that decisions allocate nothing.
type front struct {
	now     kernel.Time
	on      *fleet.Deployment
	varied  bool // some requests have more or less than one item
	waiting []entry
	reckons bool    // batches get a margin for the spread of works
	spread  float64 // squared coefficient of variation of works for this margin; 0: no margin
	sorted  bool    // the requests stand in the order of their deadlines
}

// entry is a waiting request.
type entry struct {
	due    kernel.Time // deadline
	size   float32     // number of items
	places int32       // places that the request takes in a batch
}

// window is a range of consecutive requests in line: waiting[from:to].
type window struct {
	from, to int
	places   int
	items    float64
}

// read copies the requests that wait at a replica. It looks for the first request that would not be
// late in a batch of the given places, and stops at the end of this batch. Requests behind it
// cannot be in a batch now.
//
// If f.reckons is set, batches are expected to take one standard deviation longer than the mean.
// This margin is left out if even a full batch would exceed the objective with it.
func (f *front) read(v *sim.View, at fleet.ReplicaID, places int) {
	d := v.Deployment(at)
	m := &v.Spec().Models[d.Model]
	f.now, f.on, f.varied, f.spread = v.Now(), d, m.Varied, 0
	if f.reckons {
		if f.spread = m.Spread; f.span(float64(places)) > m.Target {
			f.spread = 0
		}
	}
	waiting, sorted, last := f.waiting[:0], true, kernel.Time(0)
	full, found := f.now.Add(f.span(float64(places))), 0
	for r := range v.InLine(at) {
		e, ends := entry{due: deadline(v, r), size: 1, places: 1}, full
		if f.varied {
			e.size, e.places = float32(r.Size()), int32(r.Places())
			if int(e.places) > places {
				ends = f.now.Add(f.span(float64(e.size)))
			}
		}
		sorted, last = sorted && e.due >= last, e.due
		waiting = append(waiting, e)
		if found > 0 || ends <= e.due {
			if found += int(e.places); found >= places {
				break
			}
		}
	}
	f.waiting, f.sorted = waiting, sorted
}

// extend moves the end of a window as far as the given places allow. A request that needs more
// places is a window of its own. It returns false if the line ends before the places are taken.
func (f *front) extend(w *window, places int) bool {
	if !f.varied {
		w.places = min(len(f.waiting)-w.from, places)
		w.to, w.items = w.from+w.places, float64(w.places)
		return w.places == places
	}
	for ; w.to < len(f.waiting); w.to++ {
		e := &f.waiting[w.to]
		if w.to > w.from && w.places+int(e.places) > places {
			return true
		}
		w.places += int(e.places)
		w.items += float64(e.size)
	}
	return w.places >= places
}

// pass removes the first request from a window.
func (f *front) pass(w *window) {
	e := &f.waiting[w.from]
	w.from++
	w.places -= int(e.places)
	w.items -= float64(e.size)
}

// shorten removes the last request from a window.
func (f *front) shorten(w *window) {
	w.to--
	e := &f.waiting[w.to]
	w.places -= int(e.places)
	w.items -= float64(e.size)
}

// span returns how long a batch with a number of items is expected to take. It is the mean time. If
// f.spread is above 0, one standard deviation of the mean work of the items is added.
func (f *front) span(items float64) (takes time.Duration) {
	if f.varied {
		takes = f.on.Latency.LatencyOf(items)
	} else {
		takes = f.on.Latency.Latency(int(items))
	}
	if f.spread > 0 {
		takes = profile.Stretched(takes, 1+math.Sqrt(f.spread/max(items, 1)))
	}
	return takes
}

// late reports whether the first request of a window would be late if the whole window started now
// as one batch.
func (f *front) late(w *window) bool { return f.now.Add(f.span(w.items)) > f.waiting[w.from].due }

// slide is early drop. It moves a window of at most the given places along the line, until its
// first request would not be late if the whole window started now. The window is empty if there is
// no such request.
func (f *front) slide(places int) (w window) {
	for {
		f.extend(&w, places)
		if w.from == w.to || !f.late(&w) {
			return w
		}
		f.pass(&w)
	}
}

// earliest returns the earliest deadline in a window, or Never if the window is empty.
func (f *front) earliest(w *window) kernel.Time {
	if f.sorted && w.to > w.from {
		return f.waiting[w.from].due
	}
	due := kernel.Never
	for i := w.from; i < w.to; i++ {
		due = min(due, f.waiting[i].due)
	}
	return due
}

// timely returns the number of requests of the longest batch that begins with the window's first
// request and in which no request is late.
//
// Without a spread it stops at the first batch with a late request: as the batch grows, its latency
// does not fall, and its earliest deadline does not rise. With a spread, a larger batch may be
// expected to end earlier, so it tries all. If each of them has a late request, it returns the
// whole window, in which at least the first request is in time.
func (f *front) timely(w *window) (n int) {
	if f.sorted && w.to > w.from && !f.late(w) {
		return w.to - w.from
	}
	items, due := 0.0, kernel.Never
	for i := w.from; i < w.to; i++ {
		e := &f.waiting[i]
		items, due = items+float64(e.size), min(due, e.due)
		if f.now.Add(f.span(items)) <= due {
			n = i + 1 - w.from
		} else if f.spread == 0 {
			return n
		}
	}
	if n == 0 && f.spread > 0 {
		return w.to - w.from
	}
	return n
}
