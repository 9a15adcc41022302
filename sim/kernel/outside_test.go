package kernel

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestEventKeptOutsideComesLastOfItsInstant runs a queue with a stream whose events are kept
// outside. Each event of the stream schedules one event in the queue. A twin takes the least
// instant from plain lists, on a tie from the queue.
func TestEventKeptOutsideComesLastOfItsInstant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gaps := rapid.SliceOfN(rapid.IntRange(0, 3), 1, 60).Draw(t, "gaps") // gaps of the stream
		ahead := rapid.SliceOfN(rapid.IntRange(0, 5), 60, 60).Draw(t, "ahead")
		inOne := rapid.Bool().Draw(t, "in one")
		q := Queue[int]{crowd: rapid.IntRange(1, 8).Draw(t, "crowd")}
		var pending twin
		next, i := Time(gaps[0]), 0
		for next != Never || len(pending) > 0 {
			want, at := 0, next
			if len(pending) > 0 && pending[0].at <= next {
				want, at = pending[0].id, pending[0].at
				pending = pending[1:]
			}
			e, outside := 0, false
			if inOne {
				if e, outside = q.Turn(next); outside && q.Peek() == q.Now() {
					t.Fatalf("the event outside comes before others at %d", q.Now())
				}
			} else if outside = next < q.Peek() && q.Pass(next); !outside {
				_, e, _ = q.Next()
			}
			if e != want || outside != (want == 0) || q.Now() != at {
				t.Fatalf("event %d (outside: %v) at %d, want %d at %d", e, outside, q.Now(), want, at)
			}
			more := slices.ContainsFunc(pending, func(e entry) bool { return e.at == at })
			if (q.Peek() == at) != more {
				t.Fatalf("more at %d: %v, pending %v", at, !more, pending)
			}
			if !outside {
				continue
			}
			due := at + Time(ahead[i])
			q.Schedule(due, i+1)
			pending.schedule(due, i+1)
			if (q.Peek() == at) != slices.ContainsFunc(pending, func(e entry) bool { return e.at == at }) {
				t.Fatalf("more at %d is wrong with pending %v", at, pending)
			}
			if next, i = Never, i+1; i < len(gaps) {
				next = at + Time(gaps[i])
			}
		}
	})
}

// TestPeekLooksIntoTheWheel schedules more events of one instant than the heap holds.
func TestPeekLooksIntoTheWheel(t *testing.T) {
	q := Queue[int]{crowd: 4}
	const n = 500
	for i := range n {
		q.Schedule(9, i)
	}
	q.Schedule(10, n)
	for i := range n {
		if _, e, _ := q.Next(); e != i || (q.Peek() == 9) != (i < n-1) {
			t.Fatalf("event %d, then one at %v", e, q.Peek())
		}
	}
}

func TestPassStopsAtAPendingEvent(t *testing.T) {
	var q Queue[int]
	q.Schedule(5, 0)
	if q.Pass(6) || q.Now() != 0 {
		t.Error("the clock passed an event")
	}
	if !q.Pass(5) || q.Now() != 5 || q.Len() != 1 {
		t.Error("the clock did not move to the instant of an event")
	}
}

func TestPassingIntoThePastPanics(t *testing.T) {
	var q Queue[int]
	q.Schedule(5, 0)
	q.Next()
	for name, move := range map[string]func(){
		"pass":               func() { q.Pass(4) },
		"turn":               func() { q.Turn(4) },
		"turn, nothing left": func() { q.Turn(Never) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: the clock was moved", name)
				}
			}()
			move()
		}()
	}
}
