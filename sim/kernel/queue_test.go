package kernel

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestEventsComeInOrderOfTimeThenSchedule compares the queue with a stable sort, and takes events
// between insertions. Its heap is full with few events, so that events pass through the wheel.
func TestEventsComeInOrderOfTimeThenSchedule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := Queue[int]{crowd: rapid.SampledFrom([]int{1, 2, 7, 40, 100, crowd}).Draw(t, "crowd")}
		var waiting twin
		next := 0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			count := rapid.IntRange(1, 70).Draw(t, "count")
			if rapid.Bool().Draw(t, "take") {
				for range count {
					waiting.take(t, &q)
				}
				continue
			}
			farthest := Time(1) << rapid.IntRange(0, 62).Draw(t, "farthest")
			ahead := rapid.SliceOfN(rapid.Int64Range(0, int64(min(farthest, Never-q.Now()))), 1, count).Draw(t, "ahead")
			for i := range count {
				at := q.Now() + Time(ahead[i%len(ahead)])
				q.Schedule(at, next)
				waiting.schedule(at, next)
				next++
			}
			if q.Len() != len(waiting) {
				t.Fatalf("%d pending, want %d", q.Len(), len(waiting))
			}
			if rapid.Bool().Draw(t, "peek") && q.Peek() != waiting[0].at {
				t.Fatalf("first at %v, want %v", q.Peek(), waiting[0].at)
			}
		}
		for range len(waiting) + 1 {
			waiting.take(t, &q)
		}
	})
}

// twin is a slow queue: a list in stable sorted order.
type twin []entry

type entry struct {
	at Time
	id int
}

func (w *twin) schedule(at Time, id int) {
	*w = append(*w, entry{at, id})
	slices.SortStableFunc(*w, func(a, b entry) int { return cmp.Compare(a.at, b.at) })
}

// take takes the next event of both queues.
func (w *twin) take(t *rapid.T, q *Queue[int]) {
	at, id, ok := q.Next()
	if ok != (len(*w) > 0) {
		t.Fatalf("ok is %v with %d pending", ok, len(*w))
	}
	if !ok {
		return
	}
	if want := (*w)[0]; want != (entry{at, id}) {
		t.Fatalf("took event %d at %d, want %d at %d", id, at, want.id, want.at)
	}
	if q.Now() != at {
		t.Fatalf("now is %d after an event at %d", q.Now(), at)
	}
	*w = (*w)[1:]
}

func TestTiesFireInScheduleOrder(t *testing.T) {
	for _, n := range []int{crowd / 2, 100_000} {
		var q Queue[int]
		for i := range n {
			q.Schedule(7, i)
		}
		for i := range 2 * n {
			at, e, _ := q.Next()
			if e != i || at != 7 {
				t.Fatalf("event %d of instant %d fires as number %d of instant 7", e, at, i)
			}
			if i < n {
				q.Schedule(7, n+i)
			}
		}
	}
}

// TestEveryGapShapeKeepsOrder grows the queue to many events, keeps it at that size for a while,
// and drains it.
func TestEveryGapShapeKeepsOrder(t *testing.T) {
	const n = 20_000
	for _, shape := range gapShapes {
		t.Run(shape.name, func(t *testing.T) {
			var q Queue[int]
			ahead := gaps(shape.draw)
			var due []Time // instant of each event
			schedule := func() {
				due = append(due, q.Now()+ahead[len(due)%len(ahead)])
				q.Schedule(due[len(due)-1], len(due)-1)
			}
			var last Time
			before, taken := -1, 0
			take := func() {
				at, id, ok := q.Next()
				if !ok || at != due[id] || at < last || at == last && id < before {
					t.Fatalf("event %d due %d comes at %d after event %d at %d", id, due[id], at, before, last)
				}
				last, before, taken = at, id, taken+1
			}
			for range n {
				schedule()
				schedule()
				take()
			}
			for range 3 * n {
				take()
				schedule()
			}
			for q.Len() > 0 {
				take()
			}
			if taken != len(due) {
				t.Errorf("%d of %d events fire", taken, len(due))
			}
		})
	}
}

func TestSchedulingIntoThePastPanics(t *testing.T) {
	var q Queue[int]
	q.Schedule(10, 0)
	q.Next()
	defer func() {
		if recover() == nil {
			t.Error("an event in the past was accepted")
		}
	}()
	q.Schedule(9, 0)
}

func TestEmptyQueueHasNoNext(t *testing.T) {
	var q Queue[int]
	if _, _, ok := q.Next(); ok || q.Peek() != Never {
		t.Error("an empty queue has an event")
	}
}

// load is an event of the size that the simulator uses.
type load struct {
	kind         uint8
	epoch        uint32
	index, other int32
}

// gaps is a table of random gaps of one shape.
func gaps(draw func(*rand.Rand) Time) []Time {
	r := rand.New(rand.NewPCG(1, 2))
	list := make([]Time, 1<<12)
	for i := range list {
		list[i] = draw(r)
	}
	return list
}

func exponential(r *rand.Rand) Time { return Time(r.ExpFloat64() * 1e6) }

// gapShapes are shapes of gaps between events that a queue must handle, in nanoseconds.
var gapShapes = []struct {
	name string
	draw func(*rand.Rand) Time
}{
	{"exponential", exponential},
	{"uniform", func(r *rand.Rand) Time { return Time(r.Int64N(2e9)) }},
	{"constant", func(*rand.Rand) Time { return 5e6 }},
	{"zero", func(*rand.Rand) Time { return 0 }},
	// services take about 10 ms; a tenth of the gaps are timeouts of 30 s
	{"timeouts", func(r *rand.Rand) Time {
		if r.IntN(10) == 0 {
			return 30e9
		}
		return Time(10e6 * (0.5 + r.Float64()))
	}},
	{"near and days", func(r *rand.Rand) Time {
		if r.IntN(2) == 0 {
			return Time(r.Int64N(5 * 86400e9))
		}
		return Time(r.Int64N(1000))
	}},
	// a Pareto distribution without a mean
	{"heavy tail", func(r *rand.Rand) Time { return Time(1e3 * math.Pow(1-r.Float64(), -1/0.9)) }},
	{"bursts", func(r *rand.Rand) Time { return Time(r.Int64N(10)) * 1e9 }},
}

func TestHoldAllocatesNothing(t *testing.T) {
	for _, n := range []int{100, 10_000, 1_000_000} {
		var q Queue[load]
		ahead := gaps(exponential)
		for i := range n {
			q.Schedule(ahead[i%len(ahead)], load{index: int32(i)})
		}
		q.Schedule(0, load{})
		i := 0
		hold := func(steps int) {
			for range steps {
				at, e, _ := q.Next()
				q.Schedule(at+ahead[i%len(ahead)], e)
				i++
			}
		}
		hold(2 * n)
		if allocations := testing.AllocsPerRun(10, func() { hold(10_000) }); allocations != 0 {
			t.Errorf("%v allocations for 10,000 events with %d pending", allocations, n)
		}
	}
}
