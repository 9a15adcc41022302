package commands

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"wavetank/scenarios"
	"wavetank/scenarios/tune"
)

// tuneOptions are the flags of tune.
type tuneOptions struct {
	scenario    scenarioOptions
	train, test string
	atLeast     float64
	budget      int
	parallel    int
	out         string
	ledger      string
	quiet       bool
	format      formatOptions
}

func tuneCommand() *cobra.Command {
	var o tuneOptions
	c := &cobra.Command{
		Use:   "tune SCENARIO",
		Short: "Search for the settings of policies that keep every objective at least cost, and judge them on other days or draws",
		Long: `Search for the settings of the policies of a scenario that cost least and keep every objective.

All policies get the same number of simulations, the policies as the scenario has them included.
Settings are found on the training part alone. The test part then judges them, beside the best
constant fleet and the best schedule that know the load. The settings are printed as YAML for the
policies of a scenario file.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return tuneScenario(c, args[0], o) },
	}
	o.scenario.flags(c)
	c.Flags().StringVar(&o.train, "train", "", "replications, such as 0-4, or span of time, such as 0h-4h, to tune on (default: the first half)")
	c.Flags().StringVar(&o.test, "test", "", "replications or span of time to judge on (default: the second half)")
	atLeastFlag(c, &o.atLeast)
	countFlag(c.Flags(), &o.budget, "budget", 50, 1, 100_000, "simulations of the whole training part, for each policy")
	countFlag(c.Flags(), &o.parallel, "parallel", runtime.GOMAXPROCS(0), 1, mostParallel, "runs at a time; the results do not depend on it")
	c.Flags().StringVar(&o.out, "out", "", "folder for tune.md, tune.csv and best.yaml (default: they are only printed)")
	ledgerFlag(c, &o.ledger, "no run is kept")
	c.Flags().BoolVar(&o.quiet, "quiet", false, "print only the verdict and the settings")
	formatFlags(c, &o.format, "tuning")
	return c
}

func tuneScenario(c *cobra.Command, name string, o tuneOptions) (err error) {
	if err := o.format.check(); err != nil {
		return err
	}
	j, err := o.job(c, name)
	if err != nil {
		return input(err)
	}
	removeEmpty, err := makeOut(o.out, tuneTable)
	defer removeEmpty()
	if err != nil {
		return err
	}
	if c.Flags().Changed("ledger") {
		l, err := openLedger(c, o.ledger)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, l.Close()) }()
		keepRuns(l, j.Train, j.Test)
	}
	told := progressOf(c, o.quiet)
	tellCapacities(told, j.Train, j.Test)
	watch := newWatch(told, o.parallel)
	policies, foresee := j.Policies()
	for _, p := range foresee {
		fmt.Fprintf(told, "%s knows the load beforehand and is not tuned\n", p)
	}
	fmt.Fprintf(told, "%s on %v: %s for each, then on %v\n", count(len(policies), "policy", "policies"), j.TrainOn,
		count(j.Budget*j.TrainOn.Replications(), "run", "runs"), j.TestOn)
	watch.start()
	j.Progress = watch.update
	tuned, err := j.Search(c.Context())
	watch.bar.stop()
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	if err != nil && len(tuned) == 0 {
		return interruption("no policy was simulated on the whole training part; nothing was kept")
	}
	best := byMerit(tuned)
	if err != nil {
		return o.interrupted(c, j, best, "the settings that were best on the training part until then are printed; they were not tested")
	}
	results, err := j.Judge(c.Context(), tuned, scenarios.RunOptions{Parallel: o.parallel, Progress: watch.update, Searching: watch.searching})
	watch.bar.stop()
	switch {
	case errors.Is(err, context.Canceled):
		return o.interrupted(c, j, best, "the settings that are best on the training part are printed; they were not tested")
	case err != nil:
		return err
	}
	return o.show(c, j, best, &results)
}

// interrupted shows the results of the training so far, and returns an interruption.
func (o *tuneOptions) interrupted(c *cobra.Command, j *tune.Job, best []tune.Tuned, kept string) error {
	if err := o.show(c, j, best, nil); err != nil {
		return err
	}
	if o.out != "" {
		kept += "; all of it is kept in " + o.out
	}
	return interruption(kept)
}
