package workload

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"

	"pgregory.net/rapid"
)

// recordedList is a recorded stream in memory. The input of a request is its number.
type recordedList struct {
	list
	before []int64 // of each request
	pause  []time.Duration
}

func (l *recordedList) After(ordinal int64) (int64, time.Duration) {
	return l.before[ordinal], l.pause[ordinal]
}

// recordedTalks returns a stream with conversations that begin at the given instants, and whose
// further turns have the given pauses. All first turns come first.
func recordedTalks(begin []kernel.Time, pauses [][]time.Duration) *recordedList {
	l := &recordedList{}
	add := func(r fleet.Request, before int64, pause time.Duration) int64 {
		r.Ordinal = int64(len(l.before))
		r.Input = int32(r.Ordinal)
		l.requests = append(l.requests, r)
		l.before, l.pause = append(l.before, before), append(l.pause, pause)
		return r.Ordinal
	}
	last := make([]int64, len(begin))
	for i, at := range begin {
		last[i] = add(fleet.Request{Arrival: at, Session: int64(i + 1)}, -1, 0)
	}
	for i := range begin {
		for _, pause := range pauses[i] {
			last[i] = add(fleet.Request{Arrival: begin[len(begin)-1], Session: int64(i + 1)}, last[i], pause)
		}
	}
	return l
}

func asIs(s Source) (Source, error) { return s, nil }

// follow returns the requests of conversations whose answers take a time.
func follow(t testing.TB, src Turns, shape func(Source) (Source, error), after time.Duration) []fleet.Request {
	t.Helper()
	return take(t, Answered(must(Follow(src, asIs, shape)), func(*fleet.Request) time.Duration { return after }), 100_000)
}

func TestTurnsComeAfterTheAnswerBefore(t *testing.T) {
	talks := func() *recordedList {
		return recordedTalks([]kernel.Time{0, 2e9}, [][]time.Duration{{time.Second, 0}, {500 * time.Millisecond}})
	}
	for _, c := range []struct {
		after time.Duration
		want  string
	}{
		{0, "0@0 2@1000 3@1000 1@2000 4@2500"},
		{700 * time.Millisecond, "0@0 2@1700 1@2000 3@2400 4@3200"},
		{3 * time.Second, "0@0 1@2000 2@4000 4@5500 3@7000"},
	} {
		var got string
		for i, r := range follow(t, talks(), asIs, c.after) {
			if i > 0 {
				got += " "
			}
			got += fmt.Sprintf("%d@%d", r.Input, int64(r.Arrival)/1e6)
		}
		if got != c.want {
			t.Errorf("answers after %v: %s, want %s", c.after, got, c.want)
		}
	}
}

// TestConversationsKeepTheirTurns draws conversations, multiplies them, and answers their requests
// after different times. Each conversation that begins has all its turns, in order.
func TestConversationsKeepTheirTurns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "conversations")
		var begin []kernel.Time
		var pauses [][]time.Duration
		at, turns := kernel.Time(0), 0
		for range n {
			at += kernel.Time(rapid.IntRange(0, 5).Draw(t, "gap")) * 1e9
			begin = append(begin, at)
			var list []time.Duration
			for range rapid.IntRange(0, 4).Draw(t, "turns") {
				list = append(list, time.Duration(rapid.IntRange(0, 3).Draw(t, "pause"))*time.Second)
			}
			pauses, turns = append(pauses, list), turns+1+len(list)
		}
		answer := func(r *fleet.Request) time.Duration {
			return time.Duration(r.Input%5) * 300 * time.Millisecond
		}
		factor := float64(rapid.IntRange(1, 3).Draw(t, "factor"))
		shape := func(s Source) (Source, error) { return lane("a").Multiply(s, factor) }
		src := Answered(must(Follow(recordedTalks(begin, pauses), asIs, shape)), answer)
		next, seen := map[int64]kernel.Time{}, map[int64]int{}
		last, count := kernel.Time(0), 0
		for r := (fleet.Request{}); src.Next(&r); count++ {
			original, copy := copyOf(r.Ordinal)
			if original != int64(r.Input) || r.Arrival < last {
				t.Fatalf("request %d is number %d, at %v after %v", r.Input, original, r.Arrival, last)
			}
			last = r.Arrival
			if due, is := next[r.Session]; is && r.Arrival != due {
				t.Fatalf("turn %d of session %d (copy %d) comes at %v, want %v", seen[r.Session], r.Session, copy, r.Arrival, due)
			}
			talk := int(original)
			if talk >= n {
				talk = slices.IndexFunc(pauses, func(list []time.Duration) bool { talk -= len(list); return talk < n })
			}
			turn := seen[r.Session]
			seen[r.Session]++
			delete(next, r.Session)
			if turn < len(pauses[talk]) {
				next[r.Session] = r.Arrival.Add(answer(&r) + pauses[talk][turn])
			}
		}
		if err := errors.Join(src.Err(), src.Close()); err != nil || len(next) > 0 || count != turns*int(factor) {
			t.Fatalf("%d requests, want %d; %d turns are missing; %v", count, turns*int(factor), len(next), err)
		}
	})
}

func BenchmarkFollow(b *testing.B) {
	begin, pauses := make([]kernel.Time, 1000), make([][]time.Duration, 1000)
	for i := range begin {
		begin[i], pauses[i] = kernel.Time(i)*1e8, []time.Duration{time.Second, time.Second, time.Second}
	}
	for b.Loop() {
		if n := len(follow(b, recordedTalks(begin, pauses), asIs, time.Second)); n != 4000 {
			b.Fatal(n)
		}
	}
}
