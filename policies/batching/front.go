package batching

import (
	"math"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// front is the head of the queue at a replica, as far as a decision may need it. A batcher keeps
// one, so that decisions allocate nothing.
type front struct {
	now     kernel.Time
	on      *fleet.Deployment
	varied  bool // some requests have more or less than one item
	waiting []entry
	reckons bool    // with the spread of works
	spread  float64 // squared coefficient of variation of the works that is reckoned with
	sorted  bool    // no deadline is before that of a request in front of it
}

// entry is a request that waits.
type entry struct {
	due    kernel.Time
	size   float32 // items
	places int32   // in a batch
}

// window is a run of requests in line: those from one up to, but not with, another.
type window struct {
	from, to int
	places   int
	items    float64
}

// read takes down the queue of a replica, up to where a batch that fills so many places ends whose
// first member would not be late. Nobody behind can be in a batch now.
//
// If the front reckons with the spread of works, batches last a standard deviation longer than in
// the mean. A spread with which a full batch is not within the objective does not count.
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

// extend lets a window reach as far as so many places allow. A request that needs more is alone. It
// returns false if the line ends before the places are taken.
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

// pass moves the start of a window past its first request.
func (f *front) pass(w *window) {
	e := &f.waiting[w.from]
	w.from++
	w.places -= int(e.places)
	w.items -= float64(e.size)
}

// shorten takes the last request out of a window.
func (f *front) shorten(w *window) {
	w.to--
	e := &f.waiting[w.to]
	w.places -= int(e.places)
	w.items -= float64(e.size)
}

// span returns how long a batch takes, by its number of items: the mean, and one standard deviation
// of the mean of as many works where their spread is reckoned with.
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

// late says whether the first request of a window would be late in a batch of the whole window that
// starts now.
func (f *front) late(w *window) bool { return f.now.Add(f.span(w.items)) > f.waiting[w.from].due }

// slide is early drop: a window of at most so many places passes requests that would be late if the
// whole window started now. It is empty if the line ends before that.
func (f *front) slide(places int) (w window) {
	for {
		f.extend(&w, places)
		if w.from == w.to || !f.late(&w) {
			return w
		}
		f.pass(&w)
	}
}

// earliest returns the earliest deadline in a window; Never if it is empty.
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

// timely returns how many requests the longest batch at the start of a window has in which nobody
// is late. Without a spread it may stop at the first batch that fails: latency does not fall as the
// batch grows, and the earliest deadline does not rise. With a spread a larger batch may be
// expected to end earlier. If somebody is late in every batch, it is the whole window, in which the
// first request is not.
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
