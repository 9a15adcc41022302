package commands

import (
	"strings"
	"testing"
	"time"
)

// TestSearchesAreNotTimedAsRuns: a search takes two minutes, in which no run or six runs end, and
// then each run takes a second. Two runs go on at a time. The remaining time is printed when four
// of them are done after the search.
func TestSearchesAreNotTimedAsRuns(t *testing.T) {
	for _, before := range []int{-1, 0, 6} {
		searched := before >= 0
		var told strings.Builder
		clock := time.Unix(0, 0)
		s := newWatch(&told, 2)
		s.now = func() time.Time { return clock }
		s.begin(2, 10)
		if searched {
			for run := range 120 {
				clock = clock.Add(time.Second)
				if run < before {
					s.update(run+1, 20+before)
				}
				s.searching("static-best", run+1)
			}
		}
		for run := range 20 {
			clock = clock.Add(time.Second)
			s.update(max(before, 0)+run+1, 20+max(before, 0))
		}
		if !strings.Contains(told.String(), "about 20 s to go\n") || strings.Contains(told.String(), "static-best: 65 runs so far") != searched {
			t.Errorf("%d runs during a search: told is\n%s", before, told.String())
		}
	}
}
