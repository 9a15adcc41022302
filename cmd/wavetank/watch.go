package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"wavetank/scenarios"
)

// watch shows how far an experiment is. After the first runs it tells about how long the others
// take.
type watch struct {
	bar      progress
	parallel int
	now      func() time.Time
	began    time.Time // the runs that are timed; searches before them are not
	timed    bool      // the time that the runs take has been told, or is not wanted

	sought string        // the policy that is searched for
	since  time.Time     // that search began
	next   time.Duration // from then until it is told how far it is
}

func newWatch(w io.Writer, parallel int) *watch {
	return &watch{bar: progress{w: w}, parallel: parallel, now: time.Now, timed: true}
}

// begin tells how many runs there will be.
func (s *watch) begin(policies, replications int) {
	fmt.Fprintln(s.bar.w, runs(policies, replications))
	s.start()
}

// start begins to watch how long runs take.
func (s *watch) start() { s.began, s.timed = s.now(), false }

// update tells how many runs are done.
func (s *watch) update(done, of int) {
	s.bar.begin("runs", of)
	s.timed = s.timed || s.bar.bar != nil // a bar tells it all the time
	const short = 10 * time.Second
	if !s.timed && done >= min(of, 2*s.parallel) {
		s.timed = true
		if left := s.now().Sub(s.began) / time.Duration(done) * time.Duration(of-done); left > short {
			fmt.Fprintf(s.bar.w, "about %s to go\n", about(left))
		}
	}
	s.bar.update(done, of)
}

// searching tells how many runs a search for a policy has simulated: once it takes long, and then
// each time that it has taken twice as long. The runs to be timed begin after it.
func (s *watch) searching(policy string, runs int) {
	s.began = s.now()
	if s.sought != policy {
		s.sought, s.since, s.next = policy, s.began, time.Second
	}
	if spent := s.began.Sub(s.since); spent >= s.next {
		fmt.Fprintf(s.bar.w, "searching for %s: %s so far\n", policy, count(runs, "run", "runs"))
		s.next = 2 * spent
	}
}

// tellDecisions tells how long the decisions of allocators took here, in the mean. That is no
// result, as another computer takes another time.
func tellDecisions(w io.Writer, list []scenarios.Decisions) {
	var parts []string
	for _, d := range list {
		if d.Number > 0 {
			parts = append(parts, fmt.Sprintf("%s %.2g", d.Policy, d.Took.Seconds()*1000/float64(d.Number)))
		}
	}
	if len(parts) > 0 {
		fmt.Fprintf(w, "milliseconds per decision here: %s\n", strings.Join(parts, ", "))
	}
}

// runs says how many runs there are.
func runs(policies, replications int) string {
	return fmt.Sprintf("%s: %s, %s", count(policies*replications, "run", "runs"), count(policies, "policy", "policies"), count(replications, "replication", "replications"))
}

// count writes a number with its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// about writes a duration as people say it.
func about(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1g s", max(0.1, d.Seconds()))
	case d < 100*time.Second:
		return fmt.Sprintf("%d s", int(d.Seconds()/10+0.5)*10)
	case d < 100*time.Minute:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}
