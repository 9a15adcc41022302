package commands

import (
	"fmt"
	"io"
	"strings"
	"time"

	"wavetank/scenarios"
)

// watch prints the progress of an experiment. After the first runs it also prints about how long
// the others will take.
type watch struct {
	bar      progress
	parallel int
	now      func() time.Time
	began    time.Time // beginning of the timed runs, after all searches
	timed    bool      // the expected time has been printed, or is not needed
	kept     int       // runs that were finished before, which take no time
	untimed  int       // runs that were done when the last search ended
	done     int       // runs that are done

	sought string        // the policy for which a search runs
	since  time.Time     // beginning of this search
	next   time.Duration // time from since until the next line of progress
}

func newWatch(w io.Writer, parallel int) *watch {
	return &watch{bar: progress{w: w}, parallel: parallel, now: time.Now, timed: true}
}

// begin prints how many runs there will be.
func (s *watch) begin(policies, replications int) {
	fmt.Fprintln(s.bar.w, runs(policies, replications))
	s.start()
}

// start begins to time the runs.
func (s *watch) start() { s.began, s.timed = s.now(), false }

// update shows how many of all runs are done.
func (s *watch) update(done, of int) {
	s.bar.begin("runs", of)
	s.timed = s.timed || s.bar.bar != nil // a bar shows the time anyway
	s.done = done
	const short = 10 * time.Second
	untimed := max(s.kept, s.untimed)
	if now := done - untimed; !s.timed && now > 0 && now >= min(of-untimed, 2*s.parallel) {
		s.timed = true
		if left := s.now().Sub(s.began) / time.Duration(now) * time.Duration(of-done); left > short {
			fmt.Fprintf(s.bar.w, "about %s to go\n", about(left))
		}
	}
	s.bar.update(done, of)
}

// searching prints how many runs a search for a policy has simulated. It does so first when the
// search takes long, and then each time that its duration has doubled. Runs that end during the
// search are slow, because the search takes a part of the computer; only those after it are timed.
func (s *watch) searching(policy string, runs int) {
	s.began, s.untimed = s.now(), s.done
	if s.sought != policy {
		s.sought, s.since, s.next = policy, s.began, time.Second
	}
	if spent := s.began.Sub(s.since); spent >= s.next {
		fmt.Fprintf(s.bar.w, "searching for %s: %s so far\n", policy, count(runs, "run", "runs"))
		s.next = 2 * spent
	}
}

// tellDecisions prints the mean time of the decisions of each allocator. It is not part of the
// results, because it depends on the computer.
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

// runs returns a text with the numbers of runs, policies and replications.
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

// about writes a duration roughly, as people say it, such as "2 min".
func about(d time.Duration) string {
	switch {
	case d < 9500*time.Millisecond:
		return fmt.Sprintf("%.1g s", max(0.1, d.Seconds()))
	case d < 100*time.Second:
		return fmt.Sprintf("%d s", int(d.Seconds()/10+0.5)*10)
	case d < 100*time.Minute:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}
