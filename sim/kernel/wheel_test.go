package kernel

import (
	"math/rand/v2"
	"testing"
)

// chunks counts the chunks of a wheel, used and empty ones.
func (w *wheel[E]) chunks() (n int) {
	for l := range w.slots {
		for s := range w.slots[l] {
			for c := w.slots[l][s].first; c != nil; c = c.next {
				n++
			}
		}
	}
	for c := w.free; c != nil; c = c.next {
		n++
	}
	return n
}

// TestMemoryFollowsTheLargestNumberOfEvents: the wheel makes only the chunks that the largest
// number of events needs, and one for each slot that is not full.
func TestMemoryFollowsTheLargestNumberOfEvents(t *testing.T) {
	for _, shape := range gapShapes {
		var q Queue[load]
		ahead := gaps(shape.draw)
		i, most := 0, 0
		schedule := func() {
			q.Schedule(q.Now()+ahead[i%len(ahead)], load{})
			i++
			most = max(most, q.Len())
		}
		for _, size := range []int{30_000, 100, 50_000, 0, 50_000} {
			for q.Len() < size {
				schedule()
			}
			for range size {
				q.Next()
				schedule()
			}
			for q.Len() > size/2 {
				q.Next()
			}
		}
		full := most / len(chunk[load]{}.nodes)
		if n := q.wheel.chunks(); n < full/2 || n > full+levels*radix+1 {
			t.Errorf("%s: %d chunks for %d events", shape.name, n, most)
		}
		if cap(q.heap) > crowd {
			t.Errorf("%s: the heap has grown to %d events", shape.name, cap(q.heap))
		}
	}
}

// TestSizesAroundTheCrowdMoveFewEvents: if the size of a queue keeps crossing the size at which the
// wheel opens, each event moves to the wheel about once at most.
func TestSizesAroundTheCrowdMoveFewEvents(t *testing.T) {
	var q Queue[load]
	r := rand.New(rand.NewPCG(3, 4))
	scheduled, moved := 0, 0
	far := func() int { return q.Len() - len(q.heap) }
	for range 200_000 {
		if size := crowd + r.IntN(7) - 3; q.Len() > size {
			q.Next()
			continue
		}
		before := far()
		q.Schedule(q.Now()+exponential(r), load{})
		scheduled++
		moved += far() - before
	}
	if moved == 0 || moved > 2*scheduled {
		t.Errorf("%d events move to the wheel, of %d", moved, scheduled)
	}
}

// TestDrainedQueueIsAHeapAgain: when the wheel is empty, events within any span go to the heap.
func TestDrainedQueueIsAHeapAgain(t *testing.T) {
	var q Queue[int]
	for i := range 10 * crowd {
		q.Schedule(Time(i)*1e6, i)
	}
	if q.Len() == len(q.heap) {
		t.Fatal("the wheel is empty")
	}
	for q.Len() > 0 {
		q.Next()
	}
	q.Schedule(q.Now(), 0)
	q.Schedule(Never, 0)
	if q.Len() != len(q.heap) {
		t.Errorf("%d of %d events lie in the heap", len(q.heap), q.Len())
	}
}

// TestEventsBeforeAPeekedOneComeFirst: Peek at a far event takes its slot out of the wheel. Many
// events that are scheduled before it then still come first, and the far events keep their order,
// at one instant or at many.
func TestEventsBeforeAPeekedOneComeFirst(t *testing.T) {
	const n, far = 10 * crowd, Time(1e12)
	for _, gap := range []Time{0, 1, 1e6} {
		var q Queue[int]
		for i := range n {
			q.Schedule(far+Time(i)*gap, n+i)
		}
		if q.Peek() != far {
			t.Fatalf("first at %d", q.Peek())
		}
		for i := range n {
			q.Schedule(Time(i), i)
		}
		for i := range 2 * n {
			if _, e, _ := q.Next(); e != i {
				t.Fatalf("gap %d: event %d fires as number %d", gap, e, i)
			}
		}
	}
}

// TestLastEventOfTheWheelDoesNotKeepItShut: after Peek at the last event of the wheel, events
// before it can go to the wheel again.
func TestLastEventOfTheWheelDoesNotKeepItShut(t *testing.T) {
	var q Queue[int]
	q.Schedule(1e12, 0)
	for i := range crowd {
		q.Schedule(Time(i), i)
	}
	for range crowd {
		q.Next()
	}
	if q.Peek() != 1e12 {
		t.Fatalf("first at %d", q.Peek())
	}
	for i := range 10 * crowd {
		q.Schedule(crowd+Time(i), i)
	}
	if len(q.heap) > crowd {
		t.Errorf("%d of %d events lie in the heap", len(q.heap), q.Len())
	}
}
