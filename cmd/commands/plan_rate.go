package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"wavetank/scenarios"
	"wavetank/scenarios/file"
	"wavetank/scenarios/plan"
	"wavetank/scenarios/study"
)

// loadPath is the path of the factor on all arrivals.
const loadPath = "load"

// rateJob makes the question how much load fleets carry.
func (o *planOptions) rateJob(c *cobra.Command, name string, j *plan.Question, ledger *study.Ledger) *plan.RateQuestion {
	r := &plan.RateQuestion{
		Varied: j.Varied, Variants: j.Variants, Confidence: j.Confidence, Most: j.Most, Parallel: j.Parallel, Grid: plan.LoadGrid(o.within / 100),
	}
	settings := o.design.Settings(j.Variants[0].Experiment.Scenario.Seed)
	type place struct {
		variant int
		load    float64
	}
	made := map[place]*scenarios.Experiment{}
	r.At = func(_ context.Context, variant int, load float64) (*scenarios.Experiment, error) {
		at := place{variant, load}
		if e := made[at]; e != nil {
			return e, nil
		}
		var changes []file.Change
		if len(o.design.Axes) > 0 {
			changes = o.changesOf(settings[variant])
		}
		changes = append(changes, file.Change{Path: loadPath, Value: fmt.Sprint(load), Flag: "--find rate"})
		e, err := o.scenario.changed(c, name, changes, func(string) {})
		if err != nil {
			return nil, err
		}
		keepRuns(ledger, e)
		made[at] = e
		return e, nil
	}
	return r
}

// runRate searches for the most load that fleets carry, prints the answer and stores it.
func (o *planOptions) runRate(c *cobra.Command, name string, j *plan.RateQuestion) error {
	list, err := j.Prepare(c.Context())
	switch {
	case errors.Is(err, context.Canceled):
		return interruption("nothing was simulated")
	case err != nil:
		return input(err)
	}
	watch := &rateWatch{w: progressOf(c, o.look.quiet), job: j}
	if err := watch.begin(c.Context(), list); err != nil {
		return err
	}
	answer, err := j.Search(c.Context(), list)
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	stopped := err != nil
	if fault := o.showRate(c, name, j, answer, stopped); fault != nil {
		return fault
	}
	switch {
	case stopped:
		return interruption(fmt.Sprintf("finished runs are kept in %s; the same command goes on", o.ledger))
	case !slices.ContainsFunc(answer.Curves, func(l plan.LoadCurve) bool { return l.Carried >= 0 }):
		return errors.New("no load is shown to be carried")
	}
	return nil
}

// rateWatch prints the progress of a search for the most load.
type rateWatch struct {
	w     io.Writer
	job   *plan.RateQuestion
	began time.Time
	next  time.Duration // time since the beginning until the next line
	runs  int
}

// begin prints what is searched, and about how long it takes.
func (s *rateWatch) begin(ctx context.Context, list []plan.Candidate) error {
	s.job.Counted = func() { s.runs++ }
	s.job.Told = s.told
	const spend = 200 * time.Millisecond
	runs, took, err := s.job.Pace(ctx, list, spend)
	if err != nil {
		if ctx.Err() != nil {
			return interruption("nothing was simulated")
		}
		return err
	}
	tellPace(s.w, count(len(list), "fleet or policy", "fleets and policies"), runs, took, s.job.Parallel)
	s.began, s.next = time.Now(), 2*time.Second
	return nil
}

// told prints the last try, when much time has passed since the last line.
func (s *rateWatch) told(c *plan.Candidate, t plan.LoadTry) {
	if spent := time.Since(s.began); spent >= s.next {
		s.next = 2 * spent
		fmt.Fprintf(s.w, "%s: %s with %v times the arrivals: %v\n", count(s.runs, "run", "runs"), variantText(s.job.Varied, s.job.Variants, c), t.Load, t.Finding)
	}
}
