package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestEventsComeInOrderOfTimeThenSchedule holds the queue against a stable sort, with takes in between.
func TestEventsComeInOrderOfTimeThenSchedule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q Queue[int]
		type entry struct {
			at Time
			id int
		}
		var waiting []entry // the twin: kept sorted, stably
		next := 0
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "take") {
				at, id, ok := q.Next()
				if ok != (len(waiting) > 0) {
					t.Fatalf("ok is %v with %d pending", ok, len(waiting))
				}
				if !ok {
					continue
				}
				if want := waiting[0]; want != (entry{at, id}) {
					t.Fatalf("took event %d at %d, want %d at %d", id, at, want.id, want.at)
				}
				if q.Now() != at {
					t.Fatalf("now is %d after an event at %d", q.Now(), at)
				}
				waiting = waiting[1:]
				continue
			}
			at := q.Now() + Time(rapid.IntRange(0, 5).Draw(t, "ahead"))
			q.Schedule(at, next)
			waiting = append(waiting, entry{at, next})
			slices.SortStableFunc(waiting, func(a, b entry) int { return int(a.at - b.at) })
			next++
			if q.Len() != len(waiting) || q.Peek() != waiting[0].at {
				t.Fatalf("%d pending, first at %v; want %d, first at %v", q.Len(), q.Peek(), len(waiting), waiting[0].at)
			}
		}
	})
}

func TestTiesFireInScheduleOrder(t *testing.T) {
	var q Queue[int]
	for i := range 1000 {
		q.Schedule(7, i)
	}
	for i := range 1000 {
		if _, e, _ := q.Next(); e != i {
			t.Fatalf("event %d fires as number %d", e, i)
		}
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

// gapShapes are the shapes of gaps that a queue has to bear, in nanoseconds.
var gapShapes = []struct {
	name string
	draw func(*rand.Rand) Time
}{
	{"exponential", exponential},
	{"uniform", func(r *rand.Rand) Time { return Time(r.Int64N(2e9)) }},
	{"constant", func(*rand.Rand) Time { return 5e6 }},
	{"zero", func(*rand.Rand) Time { return 0 }},
	{"timeouts", func(r *rand.Rand) Time { // services of about 10 ms, a tenth of them with a timeout of 30 s
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
	{"heavy tail", func(r *rand.Rand) Time { return Time(1e3 * math.Pow(1-r.Float64(), -1/0.9)) }}, // Pareto, no mean
	{"bursts", func(r *rand.Rand) Time { return Time(r.Int64N(10)) * 1e9 }},
}

func TestHoldAllocatesNothing(t *testing.T) {
	var q Queue[load]
	ahead := gaps(exponential)
	for i := range 1000 {
		q.Schedule(ahead[i], load{index: int32(i)})
	}
	q.Schedule(0, load{})
	q.Next()
	i := 0
	if n := testing.AllocsPerRun(10000, func() {
		at, e, _ := q.Next()
		q.Schedule(at+ahead[i%len(ahead)], e)
		i++
	}); n != 0 {
		t.Errorf("%v allocations per event", n)
	}
}
