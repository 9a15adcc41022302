package commands

import (
	"fmt"
	"io"
	"time"
)

// statusLine shows the progress of work of which nobody knows how long it takes. On a terminal it
// is one line that changes. Otherwise it is a new line each time, at growing intervals.
type statusLine struct {
	w        io.Writer
	terminal bool
	began    time.Time
	told     time.Duration // when progress was printed last, since the beginning
	next     time.Duration // when it is printed again even without news
	shown    bool          // whether a line is on the terminal
}

func newStatusLine(w io.Writer) statusLine {
	return statusLine{w: w, terminal: isTerminal(w), began: time.Now(), next: time.Second}
}

// show prints the progress if it is time to do so, and reports whether it was printed. News are
// printed earlier, but not within a second of the last line.
func (s *statusLine) show(news bool, describe func() string) bool {
	spent := time.Since(s.began)
	if s.terminal {
		if spent-s.told < 100*time.Millisecond {
			return false
		}
		s.told, s.shown = spent, true
		fmt.Fprintf(s.w, "\r\x1b[K%s", describe())
		return true
	}
	if spent < s.next && !(news && spent-s.told >= time.Second) {
		return false
	}
	if spent >= s.next {
		s.next = 2 * spent
	}
	s.told = spent
	fmt.Fprintf(s.w, "after %s: %s\n", about(spent), describe())
	return true
}

// stop removes the line from the terminal.
func (s *statusLine) stop() {
	if s.shown {
		fmt.Fprint(s.w, "\r\x1b[K")
		s.shown = false
	}
}
