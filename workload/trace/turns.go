package trace

import (
	"errors"
	"fmt"
	"time"

	"wavetank/sim/fleet"
	"wavetank/workload/table"
)

// turn is a turn of a session.
type turn struct {
	at      int64 // its timestamp in nanoseconds
	output  int32 // tokens of its answer
	request int64 // its number among the requests that are kept
}

// wait says after which request another one comes, by their numbers among those that are kept, and
// how long after its answer. before is −1 for a request that has an instant of its own.
type wait struct {
	before int64
	pause  time.Duration
}

// recordedTurns is a trace whose turns wait for the answers of a run.
type recordedTurns struct{ *requests }

// After implements workload.Turns.
func (t recordedTurns) After(ordinal int64) (before int64, pause time.Duration) {
	w := t.waiting[ordinal]
	return w.before, w.pause
}

// noteTurn numbers a request that is kept, and takes note of it as the last turn of its session.
// later says that it comes after the answer to the turn before.
func (t *requests) noteTurn(r *fleet.Request, later bool) {
	w := wait{before: -1}
	if later {
		w = wait{t.turns[r.Session].request, t.pause}
	}
	r.Ordinal = t.kept
	t.waiting = append(t.waiting, w)
	if r.Session != 0 {
		t.turns[r.Session] = turn{int64(r.Arrival), r.Output, r.Ordinal}
	}
}

// hasTurns reports whether a trace has turns that come some time after another one. Their places in
// the trace are known only when the whole trace has been read.
func hasTurns(f table.File, delay string) (has bool, err error) {
	in, err := table.Open(f)
	if err != nil {
		return false, err
	}
	at, err := in.Optional(delay)
	for err == nil && !has && in.Next() {
		has = len(in.Cell(at)) > 0
	}
	return has, errors.Join(err, in.Close())
}

// afterTurn returns the timestamp of a turn that comes some time after the answer to the turn
// before.
func (t *requests) afterTurn(r *fleet.Request) (at int64, ok bool) {
	pause, err := t.columns.DelayUnit.Instant(t.Cell(t.place.delay))
	before, known := t.turns[r.Session]
	switch {
	case err == nil && pause < 0:
		err = fmt.Errorf("%q is negative", table.Clip(t.Cell(t.place.delay)))
	case err == nil && !known:
		err = errors.New("there is no turn of its session before")
	}
	if err != nil {
		t.Fail(t.place.delay, err)
		return 0, false
	}
	t.pause = time.Duration(pause)
	return before.at + int64(t.columns.Answer.of(before.output)) + pause, true
}

// chat returns the name of the first request of the session to which the present row belongs.
func (t *requests) chat() (root string, ok bool) {
	name, is := t.given(t.place.chat)
	parent, has := t.given(t.place.parent)
	if !is || !has {
		return "", false
	}
	if t.roots == nil {
		t.roots = map[string]string{}
	}
	root = string(name)
	if first, known := t.roots[string(parent)]; known {
		root = first
	}
	t.roots[string(name)] = root
	return root, true
}
