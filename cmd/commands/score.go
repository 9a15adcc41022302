package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"wavetank/scenarios"
	"wavetank/scenarios/file"
	"wavetank/scenarios/score"
	"wavetank/scenarios/study"
)

// scoreOptions are the flags of score.
type scoreOptions struct {
	scenario  scenarioOptions
	reference string
	penalty   float64
	atLeast   float64
	parallel  int
	ledger    string
	quiet     bool
	format    formatOptions
}

func scoreCommand() *cobra.Command {
	var o scoreOptions
	c := &cobra.Command{
		Use:   "score POLICY SCENARIO...",
		Short: "Give a policy one number for each scenario, for searches that look for better policies",
		Long: `Give a policy one number for each scenario, with its interval, and say what it is made of.

100 is the cost of the reference, with every objective kept. Each percent of cost less is a point
more. Each point by which the worst objective is missed is --penalty points less.

POLICY is a policy of the scenario or an allocator (hpa), a policy as scenario files have it
('{follow: {headroom: 1.1}}'), a Starlark file (mine.star), or a program ('python3 mine.py', which
needs --allow-commands).`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(c *cobra.Command, args []string) error { return scorePolicy(c, args[0], args[1:], o) },
	}
	o.scenario.changing(c)
	countFlag(c.Flags(), &o.scenario.replications, "replications", 0, 1, file.MostReplications, "independent runs in every scenario (default: the scenario's)")
	c.Flags().StringVar(&o.reference, "reference", "static-best", "policy with the score 100, in the forms of POLICY")
	c.Flags().Float64Var(&o.penalty, "penalty", score.DefaultPenalty, "how much each point by which the worst objective is missed lowers the score")
	atLeastFlag(c, &o.atLeast)
	countFlag(c.Flags(), &o.parallel, "parallel", runtime.GOMAXPROCS(0), 1, mostParallel, "runs at a time; the results do not depend on it")
	ledgerFlag(c, &o.ledger, ledgerFile)
	c.Flags().BoolVar(&o.quiet, "quiet", false, "show no progress")
	formatFlags(c, &o.format, scoreTables...)
	return c
}

func scorePolicy(c *cobra.Command, policy string, names []string, o scoreOptions) error {
	jobs, err := unlessInterrupted(c.Context(), "a scenario was not read to its end; nothing was kept", func() ([]score.Rivals, error) {
		return o.jobs(c, policy, names)
	})
	if err != nil {
		return input(err)
	}
	path := sharedLedger(c, o.ledger)
	l, err := openLedger(c, path)
	if err != nil {
		return err
	}
	told := progressOf(c, o.quiet)
	for _, j := range jobs {
		keepRuns(l, j.Policy, j.Reference)
		tellCapacities(told, j.Policy, j.Reference)
	}
	scores, err := o.run(c.Context(), told, jobs)
	if errors.Is(err, context.Canceled) {
		err = interruption(fmt.Sprintf("finished runs are kept in %s; the same command goes on with the others", path))
	}
	if err = errors.Join(err, l.Close()); err != nil {
		return err
	}
	out := scoreOutput(policy, o, jobs, scores)
	if o.format.isText() {
		return out.Print(c.OutOrStdout(), lookOptions{}.of(c.OutOrStdout()))
	}
	return o.format.write(c.OutOrStdout(), out)
}

// run scores the policy and shows the progress.
func (o *scoreOptions) run(ctx context.Context, told io.Writer, jobs []score.Rivals) ([]score.Scored, error) {
	w := newWatch(told, o.parallel)
	w.start()
	s := score.Scorer{Penalty: o.penalty, Parallel: o.parallel, Searching: w.searching, Progress: w.update}
	scores, err := s.Run(ctx, jobs)
	w.bar.stop()
	return scores, err
}

// jobs makes the experiments of all scenarios. The error joins all faults of the flags and of the
// scenarios.
func (o *scoreOptions) jobs(c *cobra.Command, policy string, names []string) (jobs []score.Rivals, err error) {
	faults := []error{o.format.check()}
	if !(o.penalty >= 0 && o.penalty <= mostPenalty) {
		faults = append(faults, fmt.Errorf("--penalty %v: want a number from 0 to %v", o.penalty, float64(mostPenalty)))
	}
	faults = append(faults, checkAtLeast(c, o.atLeast))
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			faults = append(faults, fmt.Errorf("the scenario %s is named twice", name))
			continue
		}
		j, err := o.job(c, policy, name)
		faults = append(faults, err)
		jobs = append(jobs, j)
	}
	return jobs, study.JoinFaults(faults) // a fault of a scenario is one of both experiments
}

// mostPenalty bounds --penalty.
const mostPenalty = 1e6

// job makes the experiments of a scenario.
func (o *scoreOptions) job(c *cobra.Command, policy, name string) (j score.Rivals, err error) {
	changes, err := o.scenario.changes(c)
	if err != nil {
		return j, err
	}
	f, err := load(c, name, changes)
	if err != nil {
		return j, err
	}
	if err := f.Faults.Err(); err != nil {
		return j, err
	}
	j.Scenario = name
	var warnings []string
	only := func(policy, flag string) (*scenarios.Experiment, error) {
		further, err := score.Changes(policy, flag, f.Scenario)
		if err != nil {
			return nil, err
		}
		warnings = nil // those of the policy are told, which comes last
		e, err := o.scenario.changed(c, name, further, func(w string) { warnings = append(warnings, w) })
		if err == nil {
			e.AtLeast = o.atLeast
		}
		return e, err
	}
	var fault error
	j.Reference, fault = only(o.reference, "--reference")
	if j.Policy, err = only(policy, score.Flag); err != nil || fault != nil {
		return j, errors.Join(err, fault)
	}
	warn(c, warnings)
	return j, nil
}
