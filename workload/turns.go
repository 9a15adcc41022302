package workload

import (
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Turns is a recorded stream in which some requests come a given time after the answer to another
// one: the turns of a conversation. Ordinal is the number of a request in the stream, from 0, in
// any order. The arrival of a turn that waits for an answer has no meaning, but is not before that
// of the request for which it waits.
type Turns interface {
	Source
	// After returns the request for whose answer a request waits, and the time from this answer to
	// the request. It returns a negative number for a request that has an instant of its own.
	After(ordinal int64) (before int64, pause time.Duration)
}

// Follow returns the requests of recorded conversations: a turn that waits for an answer comes its
// pause after the end of the request before it, whether that was served or not. At most one turn
// waits for each request.
//
// Function label gets the requests in the order of src, and adds what they carry; it must keep
// ordinals. Function shape gets the requests that have an instant of their own. It may move, leave
// out and copy them (Lane.Multiply): the turns that follow belong to each request that is left. If
// one of the two fails, src is not closed. The source holds all requests of src.
func Follow(src Turns, label, shape func(Source) (Source, error)) (ResponsiveSource, error) {
	labelled, err := label(src)
	if err != nil {
		return nil, err
	}
	f := &followed{Source: src, open: make([]followedTurn, 1)}
	var heads []fleet.Request
	for r := (fleet.Request{}); labelled.Next(&r); {
		for int64(len(f.turns)) <= r.Ordinal {
			f.turns = append(f.turns, recordedTurn{next: -1})
		}
		f.turns[r.Ordinal].Request = r
		if before, pause := src.After(r.Ordinal); before >= 0 {
			f.turns[r.Ordinal].pause = pause
			f.turns[before].next = r.Ordinal
		} else {
			heads = append(heads, r)
		}
	}
	if err := labelled.Err(); err != nil {
		return nil, err
	}
	f.heads.Source, err = shape(&kept{requests: heads})
	return f, err
}

// recordedTurn is a request with the turn that waits for its answer; −1: none.
type recordedTurn struct {
	fleet.Request
	pause time.Duration // time from the answer before
	next  int64
}

// followedTurn is the present turn of a conversation that is going on.
type followedTurn struct {
	turn int64
	copy int // of Lane.Multiply
}

type followed struct {
	Source // closed at the end
	turns  []recordedTurn
	heads  ahead
	// conversations that are going on; the first place stands for requests after which none comes
	open []followedTurn
	idle []int64
	due  kernel.Queue[int64] // places of the conversations whose next turn is known
	last int64               // place of the conversation of the last request
}

func (f *followed) When() kernel.Time { return min(f.heads.when(), f.due.Peek()) }

func (f *followed) Next(r *fleet.Request) bool {
	at, due := f.heads.when(), f.due.Peek()
	if at == kernel.Never && due == kernel.Never {
		return false
	}
	if due < at {
		at, f.last, _ = f.due.Next()
		t := f.open[f.last]
		if *r = f.turns[t.turn].Request; t.copy > 0 {
			*r = ofSender(*r, t.copy)
		}
		r.Arrival = at
		return true
	}
	f.heads.take(r)
	turn, copy := copyOf(r.Ordinal)
	f.last = 0
	if f.turns[turn].next >= 0 {
		f.last = f.seat(followedTurn{turn, copy})
	}
	return true
}

// seat returns the place of a conversation that begins.
func (f *followed) seat(t followedTurn) (at int64) {
	if n := len(f.idle); n > 0 {
		at, f.idle = f.idle[n-1], f.idle[:n-1]
		f.open[at] = t
		return at
	}
	f.open = append(f.open, t)
	return int64(len(f.open) - 1)
}

// Caller returns the place of the conversation of the last request.
func (f *followed) Caller() int64 { return f.last }

// Ended schedules the next turn of a conversation, or ends it.
func (f *followed) Ended(caller int64, _ *fleet.Request, at kernel.Time) {
	if caller == 0 {
		return
	}
	t := &f.open[caller]
	if t.turn = f.turns[t.turn].next; t.turn < 0 {
		f.idle = append(f.idle, caller)
		return
	}
	if when := at.Add(f.turns[t.turn].pause); when >= at && when < horizon {
		f.due.Schedule(when, caller)
	}
}

func (f *followed) Err() error { return f.heads.Err() }

// kept is a source of requests that are held.
type kept struct{ requests []fleet.Request }

func (k *kept) Next(r *fleet.Request) bool {
	if len(k.requests) == 0 {
		return false
	}
	*r, k.requests = k.requests[0], k.requests[1:]
	return true
}

func (k *kept) Err() error   { return nil }
func (k *kept) Close() error { return nil }
