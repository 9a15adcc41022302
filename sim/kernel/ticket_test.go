package kernel

import (
	"testing"

	"pgregory.net/rapid"
)

// TestEventKeptOutsideComesWhereItWouldHaveBeen compares a stream that is kept outside under
// tickets with one that is scheduled like all other events.
func TestEventKeptOutsideComesWhereItWouldHaveBeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gaps := rapid.SliceOfN(rapid.IntRange(0, 3), 1, 60).Draw(t, "gaps") // of the stream
		ahead := rapid.SliceOfN(rapid.IntRange(0, 5), 60, 60).Draw(t, "ahead")
		crowd := rapid.IntRange(1, 8).Draw(t, "crowd")
		inOne := rapid.Bool().Draw(t, "in one")
		inside, outside := Queue[int]{crowd: crowd}, Queue[int]{crowd: crowd}
		var want, got []int
		// Event 0 is the stream's; each of its arrivals schedules one other event and the next
		// arrival.
		arrive := func(q *Queue[int], i int, next func(at Time)) {
			q.Schedule(q.Now()+Time(ahead[i]), i+1)
			if i+1 < len(gaps) {
				next(q.Now() + Time(gaps[i+1]))
			}
		}
		inside.Schedule(Time(gaps[0]), 0)
		for i := 0; ; {
			_, e, ok := inside.Next()
			if !ok {
				break
			}
			want = append(want, e)
			if e == 0 {
				arrive(&inside, i, func(at Time) { inside.Schedule(at, 0) })
				i++
			}
		}
		next, ticket := Time(gaps[0]), outside.Ticket()
		for i := 0; next != Never || outside.Len() > 0; {
			e, passed := 0, false
			if inOne {
				e, passed = outside.Turn(next, ticket)
			} else if passed = next != Never && outside.Pass(next, ticket); !passed {
				_, e, _ = outside.Next()
			}
			got = append(got, e)
			if passed {
				next = Never
				arrive(&outside, i, func(at Time) { next, ticket = at, outside.Ticket() })
				i++
			}
		}
		if len(got) != len(want) {
			t.Fatalf("%v, want %v", got, want)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("%v, want %v", got, want)
			}
		}
	})
}

func TestPassingIntoThePastPanics(t *testing.T) {
	var q Queue[int]
	ticket := q.Ticket()
	q.Schedule(5, 0)
	q.Next()
	for name, move := range map[string]func(){
		"pass":               func() { q.Pass(4, ticket) },
		"turn":               func() { q.Turn(4, ticket) },
		"turn, nothing left": func() { q.Turn(Never, ticket) },
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
