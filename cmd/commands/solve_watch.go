package commands

import (
	"fmt"
	"io"
	"math"
	"time"

	"wavetank/policies/optimize/integer"
)

// solveWatch prints the progress of a search. On a terminal it is one line that changes. Otherwise
// it is a new line each time, at growing intervals.
type solveWatch struct {
	w        io.Writer
	terminal bool
	began    time.Time
	told     time.Duration // when progress was printed last, since the beginning
	next     time.Duration // when it is printed again even without a better solution
	best     float64
	shown    bool // whether a line is on the terminal
}

func newSolveWatch(w io.Writer) *solveWatch {
	return &solveWatch{w: w, terminal: isTerminal(w), began: time.Now(), next: time.Second, best: math.NaN()}
}

// update prints the progress if it is time to do so.
func (s *solveWatch) update(p integer.Snapshot) {
	spent := time.Since(s.began)
	if s.terminal {
		if spent-s.told < 100*time.Millisecond {
			return
		}
		s.told, s.shown = spent, true
		fmt.Fprintf(s.w, "\r\x1b[K%s", describeProgress(p))
		return
	}
	better := p.Objective != s.best && spent-s.told >= time.Second
	if spent < s.next && !better {
		return
	}
	if spent >= s.next {
		s.next = 2 * spent
	}
	s.told, s.best = spent, p.Objective
	fmt.Fprintf(s.w, "after %s: %s\n", about(spent), describeProgress(p))
}

// stop removes the line from the terminal.
func (s *solveWatch) stop() {
	if s.shown {
		fmt.Fprint(s.w, "\r\x1b[K")
	}
}

func describeProgress(p integer.Snapshot) string {
	best := "none"
	if finite(p.Objective) {
		best = plainNumber(p.Objective)
	}
	return fmt.Sprintf("%s, %d open; best %s, bound %s, gap %s", count(p.Nodes, "node", "nodes"), p.Open, best,
		plainNumber(p.Bound), plainGap(integer.Gap(p.Objective, p.Bound)))
}
