package batching

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wavetank/sim"
	"wavetank/sim/kernel"
)

// twin follows the rules word for word. It is slow: it tries every first request of every batch
// anew.
type twin struct {
	v     *sim.View
	due   []kernel.Time
	items []float64
	units []int // places of each request
}

func newTwin(v *sim.View) *twin {
	w := &twin{v: v}
	for r := range v.InLine(0) {
		w.due = append(w.due, r.Arrival.Add(v.Spec().Objective(r)))
		w.items = append(w.items, r.Size())
		w.units = append(w.units, r.Places())
	}
	return w
}

// fill returns the end of the longest batch that begins at a request and fits into the given
// places. The batch is full if all places are taken or the next request does not fit.
func (w *twin) fill(from, places int) (to int, full bool) {
	taken := 0
	for to = from; to < len(w.due); to++ {
		if to > from && taken+w.units[to] > places {
			return to, true
		}
		taken += w.units[to]
	}
	return to, taken >= places
}

// ends returns when a batch that starts now would end.
func (w *twin) ends(from, to int) kernel.Time {
	sum := 0.0
	for _, items := range w.items[from:to] {
		sum += items
	}
	return w.v.Now().Add(w.v.Deployment(0).Latency.LatencyOf(sum))
}

// inTime reports whether all requests of a batch would end in time.
func (w *twin) inTime(from, to int) bool { return w.ends(from, to) <= slices.Min(w.due[from:to]) }

// timely returns how many requests of a batch can start so that all of them end in time.
func (w *twin) timely(from, to int) (n int) {
	for from+n < to && w.inTime(from, from+n+1) {
		n++
	}
	return n
}

func (w *twin) nexus(window int) sim.BatchDecision {
	for from := range w.due {
		if to, _ := w.fill(from, window); w.ends(from, to) <= w.due[from] {
			return sim.BatchDecision{Drop: from, Count: w.timely(from, to)}
		}
	}
	return sim.BatchDecision{Drop: len(w.due)}
}

func (w *twin) clockwork(sizes ...int) sim.BatchDecision {
	best := sim.BatchDecision{Drop: len(w.due)}
	for _, size := range sizes {
		from, to, full := 0, 0, false
		for from < len(w.due) {
			if to, full = w.fill(from, size); !full || w.ends(from, to) <= w.due[from] {
				break
			}
			from++
		}
		if from == len(w.due) || !full || !w.inTime(from, to) {
			break
		}
		best = sim.BatchDecision{Drop: from, Count: to - from}
	}
	return best
}

// proteus decides as Proteus does at the end of a batch.
func (w *twin) proteus(largest int) sim.BatchDecision {
	d := w.nexus(largest)
	to, _ := w.fill(d.Drop, largest)
	if d.Drop > 0 || to < len(w.due) {
		return d
	}
	until := slices.Min(w.due).Add(w.v.Now().Sub(w.ends(0, to)))
	if until <= w.v.Now() {
		return d
	}
	return sim.BatchDecision{Until: until}
}

// TestBatchersDecideAsTheirTwins compares the batchers that drop with twins, on lines of requests
// with one item or several, and with objectives of two classes.
func TestBatchersDecideAsTheirTwins(t *testing.T) {
	tb := t
	rapid.Check(t, func(t *rapid.T) {
		var requests []asked
		last, varied, classes := 0, rapid.Bool().Draw(t, "varied"), rapid.Bool().Draw(t, "classes")
		for range rapid.IntRange(1, 12).Draw(t, "queued") {
			last += rapid.IntRange(0, 3).Draw(t, "gap")
			r := asked{at: last, tight: classes && rapid.Bool().Draw(t, "tight")}
			if varied {
				r.items = float32(rapid.IntRange(1, 24).Draw(t, "quarters of items")) / 4
			}
			requests = append(requests, r)
		}
		v := sim.ViewOf(line(tb, requests...), kernel.Time(last+rapid.IntRange(0, 9).Draw(t, "later"))*ms)
		w := newTwin(v)
		window := rapid.IntRange(1, 4).Draw(t, "window")
		nexus, err := NewNexus(window)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			batcher sim.Batcher
			want    sim.BatchDecision
		}{
			{nexus, w.nexus(window)},
			{clock(t, EverySize), w.clockwork(1, 2, 3, 4)},
			{clock(t, PowersOfTwo), w.clockwork(1, 2, 4)},
			{NewProteus(), w.proteus(4)},
		} {
			if got := c.batcher.Batch(v, 0); got != c.want {
				t.Fatalf("%s decides %+v, its rule says %+v", c.batcher, got, c.want)
			}
		}
	})
}
