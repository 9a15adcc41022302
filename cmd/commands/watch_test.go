package commands

import (
	"strings"
	"testing"
	"time"
)

// TestSearchesAreNotTimedAsRuns: a search takes two minutes, and then each run takes a second.
// Twenty runs are made, two at a time. The remaining time is printed when four of them are done.
func TestSearchesAreNotTimedAsRuns(t *testing.T) {
	for _, searched := range []bool{false, true} {
		var told strings.Builder
		clock := time.Unix(0, 0)
		s := newWatch(&told, 2)
		s.now = func() time.Time { return clock }
		s.begin(2, 10)
		if searched {
			for run := range 120 {
				clock = clock.Add(time.Second)
				s.searching("static-best", run+1)
			}
		}
		for run := range 20 {
			clock = clock.Add(time.Second)
			s.update(run+1, 20)
		}
		if !strings.Contains(told.String(), "about 20 s to go\n") || strings.Contains(told.String(), "static-best: 65 runs so far") != searched {
			t.Errorf("searched %v: told is\n%s", searched, told.String())
		}
	}
}
