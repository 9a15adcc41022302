package commands

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"wavetank/policies/optimize/integer"
)

func TestSearchIsToldInRarerLines(t *testing.T) {
	var out bytes.Buffer
	s := newSolveWatch(&out)
	s.began = time.Now().Add(-4 * time.Second)
	s.update(integer.Snapshot{Nodes: 1, Open: 2, Objective: math.Inf(1), Bound: 3})
	s.update(integer.Snapshot{Nodes: 2, Open: 2, Objective: 5, Bound: 4}) // better, but too soon
	s.stop()
	if got, want := out.String(), "after 4 s: 1 node, 2 open; best none, bound 3, gap –\n"; got != want {
		t.Errorf("told is %q, want %q", got, want)
	}
	out.Reset()
	s.began = s.began.Add(-2 * time.Second) // not yet twice the time of the last line
	s.update(integer.Snapshot{Nodes: 9, Open: 1, Objective: 5, Bound: 4})
	if got, want := out.String(), "after 6 s: 9 nodes, 1 open; best 5, bound 4, gap 20 %\n"; got != want {
		t.Errorf("told of what is better is %q, want %q", got, want)
	}
}

func TestSearchOnATerminalLeavesNothingBehind(t *testing.T) {
	var out bytes.Buffer
	s := newSolveWatch(&out)
	s.terminal, s.began = true, time.Now().Add(-time.Second)
	s.update(integer.Snapshot{Nodes: 7, Open: 1, Objective: 2, Bound: 2})
	s.stop()
	const clear = "\r\x1b[K"
	if got := out.String(); !strings.HasPrefix(got, clear+"7 nodes, 1 open") || !strings.HasSuffix(got, clear) || strings.Contains(got, "\n") {
		t.Errorf("written is %q", got)
	}
}
