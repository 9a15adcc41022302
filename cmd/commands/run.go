package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"wavetank/cmd/archive"
	"wavetank/reports"
	"wavetank/reports/store"
	"wavetank/scenarios"
	"wavetank/scenarios/file"
	"wavetank/scenarios/study"
)

// runOptions are the flags of run.
type runOptions struct {
	scenario scenarioOptions
	parallel int
	out      string
	ledger   string
	until    []string
	most     int
	requests string
	once     bool
	look     lookOptions
	format   formatOptions
}

func runCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run [SCENARIO]",
		Short: "Simulate a scenario and compare its policies (default: the quickstart)",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			name := "quickstart"
			if len(args) > 0 {
				name = args[0]
			}
			return runScenario(c, name, o)
		},
	}
	o.scenario.flags(c)
	countFlag(c.Flags(), &o.parallel, "parallel", runtime.GOMAXPROCS(0), 1, mostParallel, "runs at a time; the results do not depend on it")
	c.Flags().StringArrayVar(&o.until, "until", nil, "run replications until the 95 % interval of a metric is this narrow for every policy: attainment=0.1pt, cost=1%, latency_p99=5ms; may be repeated")
	countFlag(c.Flags(), &o.most, "max-replications", 200, 1, file.MostReplications, "with --until: most replications")
	c.Flags().StringVar(&o.out, "out", "", "output folder (default results/NAME-HASH)")
	ledgerFlag(c, &o.ledger, "a file in the output folder until the results are complete")
	c.Flags().StringVar(&o.requests, "requests", "", "also write a row of every request of every run to this file, .parquet or .csv")
	c.Flags().BoolVar(&o.once, "once", false, "do not simulate the first replication of policies that start programs a second time, to see whether its results are the same")
	lookFlags(c, &o.look)
	formatFlags(c, &o.format, resultTables...)
	return c
}

func runScenario(c *cobra.Command, name string, o runOptions) error {
	go fingerprint() // the ledger needs it
	if err := errors.Join(o.look.check(), o.format.check()); err != nil {
		return input(err)
	}
	until, err := goals(c, o.until, o.most)
	if err != nil {
		return input(err)
	}
	if c.Flags().Changed("out") && o.out == "" {
		return input(errors.New("--out: no folder is named"))
	}
	if err := checkRequests(c, &o); err != nil {
		return input(err)
	}
	e, err := o.scenario.prepare(c, name)
	if err != nil {
		return input(err)
	}
	results, err := archive.Of(e)
	if err != nil {
		return err
	}
	if until != nil {
		results.Manifest.Until = fmt.Sprintf("%s, in at most %s", until, count(until.Most, "replication", "replications"))
	}
	hash := results.Manifest.Hash()
	if o.out == "" {
		o.out = resultsFolder(e.Scenario.Name, hash)
	}
	if err := o.outside(); err != nil {
		return input(err)
	}
	folder, err := reports.Lock(o.out, hash)
	if err != nil {
		return input(err)
	}
	return errors.Join(simulate(c, e, folder, results, o, until), folder.Release())
}

// keep opens the ledger of a run, and lets the experiment keep its runs there. It returns a
// function that closes the ledger; if the results are complete, that also removes a ledger that
// lies in the output folder. Where no ledger can be opened in the folder, runs are not kept.
func (o *runOptions) keep(c *cobra.Command, told io.Writer, e *scenarios.Experiment) (func(complete bool) error, error) {
	path, own := o.ledger, false
	if !c.Flags().Changed("ledger") {
		path, own = filepath.Join(o.out, store.RunsFile), true
	}
	l, err := openLedger(c, path)
	switch {
	case err != nil && own:
		fmt.Fprintf(told, "warning: finished runs are not kept before the results are complete: %v\n", err)
		return func(bool) error { return nil }, nil
	case err != nil:
		return nil, err
	}
	keepRuns(l, e)
	s := &study.Study{Detail: scenarios.Whole, Cells: []study.Cell{{Experiment: e}}}
	if kept, err := s.Kept(l); err != nil {
		return nil, errors.Join(err, l.Close())
	} else if kept > 0 && o.requests != "" {
		fmt.Fprintf(told, "all runs are simulated again, because their requests are not kept\n")
	} else if kept > 0 && len(o.until) == 0 {
		fmt.Fprintf(told, "%d of %s are in %s already\n", kept, count(len(s.Runs()), "run", "runs"), path)
	}
	return func(complete bool) error {
		if own && complete {
			return l.Remove()
		}
		return l.Close()
	}, nil
}

// simulate runs the experiment, prints the results and stores them. It stores them even if they
// cannot be printed, and prints them even if they cannot be stored.
func simulate(c *cobra.Command, e *scenarios.Experiment, folder *store.Folder, results store.Archive, o runOptions, until *scenarios.Until) (err error) {
	told := progressOf(c, o.look.quiet)
	tellCapacities(told, e)
	complete := false
	done, err := o.keep(c, told, e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done(complete)) }()
	requests, err := o.log(told, e, &results.Manifest, until)
	if err != nil {
		return err
	}
	measured, stopped, runErr := measure(c.Context(), told, e, o.parallel, until, requests.begin())
	if runErr != nil && !errors.Is(runErr, context.Canceled) {
		return errors.Join(runErr, requests.discard())
	}
	if runErr != nil && measured.Completed == 0 {
		return errors.Join(interruption("no replication was finished by every policy; the same command goes on with what was finished"), requests.discard())
	}
	m := &results.Manifest
	if runErr == nil && !o.once {
		unsteady, err := e.Unsteady(c.Context(), &measured)
		if err != nil {
			return errors.Join(err, requests.discard())
		}
		warn(c, unsteady)
		m.Warnings = append(m.Warnings, unsteady...)
	}
	archive.Fill(&results, e, &measured)
	m.Interrupted, m.Stopped = runErr != nil, stopped
	if until != nil {
		m.Replications = measured.Completed
	}
	tellDecisions(told, measured.Decisions)
	stored, err := showResults(c, folder, results, o.look, o.format, "the results are not stored")
	complete = stored && runErr == nil
	if err = errors.Join(err, requests.commit(m.Policies, measured.Finished)); err != nil {
		return err
	}
	if err := o.format.tell(c, "\nReport, figures and data are in %s\n", o.out); err != nil {
		return err
	}
	if o.requests != "" {
		if err := o.format.tell(c, "The requests are in %s\n", o.requests); err != nil {
			return err
		}
	}
	if runErr != nil {
		of := e.Scenario.Replications
		if until != nil {
			of = until.Most
		}
		return interruption(fmt.Sprintf("%d of %d replications were finished by every policy and are kept in %s", measured.Completed, of, o.out))
	}
	return nil
}
