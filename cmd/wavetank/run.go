package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/reports"
	"wavetank/scenarios"
	"wavetank/scenarios/strict"
	"wavetank/workload"
)

// mostParallel bounds the runs at a time, each of which takes memory.
const mostParallel = 10_000

// runOptions are the flags of run.
type runOptions struct {
	policies     []string
	replications int
	seed         uint64
	parallel     int
	out          string
	until        []string
	most         int
	set          []string
	look         lookOptions
}

func runCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run [SCENARIO]",
		Short: "Simulate a scenario and compare its policies (the quickstart when none is named)",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			name := "quickstart"
			if len(args) > 0 {
				name = args[0]
			}
			return runScenario(c, name, o)
		},
	}
	scenarioFlags(c, &o)
	countFlag(c.Flags(), &o.parallel, "parallel", runtime.GOMAXPROCS(0), 1, mostParallel, "runs at a time; the results do not depend on it")
	c.Flags().StringArrayVar(&o.until, "until", nil, "run as many replications as it takes until the 95 % interval of a metric is so narrow for every policy: attainment=0.1pt, cost=1%, latency_p99=5ms; may be repeated")
	countFlag(c.Flags(), &o.most, "max-replications", 200, 1, scenarios.MostReplications, "with --until: run no more than these")
	c.Flags().StringVar(&o.out, "out", "", "output folder (default results/NAME-HASH)")
	lookFlags(c, &o.look)
	return c
}

// scenarioFlags adds the flags that change a scenario.
func scenarioFlags(c *cobra.Command, o *runOptions) {
	c.Flags().StringSliceVar(&o.policies, "policy", nil, "only these policies, by name; an allocator's name adds it with its defaults")
	countFlag(c.Flags(), &o.replications, "replications", 0, 1, scenarios.MostReplications, "independent runs of every policy, instead of the scenario's")
	c.Flags().Uint64Var(&o.seed, "seed", 0, "seed, instead of the scenario's")
	c.Flags().StringArrayVar(&o.set, "set", nil, "replace a value of the scenario, as path=value; may be repeated")
}

// prepare loads and checks a scenario with the changes of the flags.
func prepare(c *cobra.Command, name string, o runOptions) (*scenarios.Experiment, error) {
	var changes []scenarios.Change
	for _, s := range o.set {
		path, value, ok := strings.Cut(s, "=")
		if !ok {
			return nil, fmt.Errorf("--set %s: want path=value, such as workload[0].arrivals.poisson.rate=500/s", s)
		}
		changes = append(changes, scenarios.Change{Path: path, Value: value})
	}
	if c.Flags().Changed("replications") {
		changes = append(changes, scenarios.Change{Path: "replications", Value: fmt.Sprint(o.replications)})
	}
	if c.Flags().Changed("seed") {
		changes = append(changes, scenarios.Change{Path: "seed", Value: fmt.Sprint(o.seed)})
	}
	if c.Flags().Changed("out") && o.out == "" {
		return nil, errors.New("--out: no folder is named")
	}
	f, err := load(c, name, changes)
	if err != nil {
		return nil, err
	}
	e, err := f.Prepare()
	if err != nil {
		return nil, err
	}
	if c.Flags().Changed("policy") {
		if err := e.Scenario.Select(o.policies); err != nil {
			return nil, fmt.Errorf("--policy: %w", err)
		}
	}
	return e, nil
}

// load reads a scenario: a file, a shipped one by its name, or standard input by a dash.
func load(c *cobra.Command, name string, changes []scenarios.Change) (*scenarios.File, error) {
	if name != "-" {
		return scenarios.Load(name, changes)
	}
	text, err := workload.ReadAll("standard input", c.InOrStdin(), strict.LargestFile)
	if err != nil {
		return nil, err
	}
	return scenarios.Read("standard input", text, changes...)
}

func runScenario(c *cobra.Command, name string, o runOptions) error {
	if err := o.look.check(); err != nil {
		return err
	}
	until, err := o.goals(c)
	if err != nil {
		return input(err)
	}
	e, err := prepare(c, name, o)
	if err != nil {
		return input(err)
	}
	results, err := manifest(e)
	if err != nil {
		return err
	}
	if until != nil {
		results.Manifest.Until = fmt.Sprintf("%s, in at most %d replications", until, until.Most)
	}
	hash := results.Manifest.Hash()
	if o.out == "" {
		o.out = filepath.Join("results", fmt.Sprintf("%s-%.8s", e.Scenario.Name, hash))
	}
	folder, err := reports.Claim(o.out, hash)
	if err != nil {
		return input(err)
	}
	return errors.Join(simulate(c, e, folder, results, o, until), folder.Release())
}

// simulate runs the experiment, prints what it shows and stores it. A disk that is full takes no
// results from the terminal, nor a closed terminal from the disk.
func simulate(c *cobra.Command, e *scenarios.Experiment, folder *reports.Folder, results reports.Results, o runOptions, until *scenarios.Until) error {
	told := c.ErrOrStderr()
	if o.look.quiet {
		told = io.Discard
	}
	measured, stopped, runErr := measure(c.Context(), told, e, o.parallel, until)
	if runErr != nil && !errors.Is(runErr, context.Canceled) {
		return runErr
	}
	if runErr != nil && measured.Completed == 0 {
		return interruption("no replication was finished by every policy; nothing was kept")
	}
	results.Rows, results.Series = measured.Rows, measured.Series
	results.Quantiles, results.Pooled = measured.Quantiles, measured.Pooled
	m := &results.Manifest
	m.Completed, m.Interrupted, m.Stopped = measured.Completed, runErr != nil, stopped
	if until != nil {
		m.Replications = measured.Completed
	}
	err := reports.Print(c.OutOrStdout(), results, o.look.of(c.OutOrStdout()))
	if fault := folder.Write(results); fault != nil {
		err = errors.Join(err, fmt.Errorf("the results are not stored: %w", fault))
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "\nReport, figures and data are in %s\n", o.out)
	if runErr != nil {
		of := e.Scenario.Replications
		if until != nil {
			of = until.Most
		}
		return interruption(fmt.Sprintf("%d of %d replications were finished by every policy and are kept in %s", measured.Completed, of, o.out))
	}
	return nil
}

// manifest says what the results of an experiment will depend on.
func manifest(e *scenarios.Experiment) (reports.Results, error) {
	resolved, err := e.Resolved()
	if err != nil {
		return reports.Results{}, err
	}
	s := &e.Scenario
	m := reports.Manifest{
		Scenario: s.Name, About: s.About, Version: version, Build: build(), Seed: s.Seed, Replications: s.Replications,
		WarmupSeconds: seconds(s.Warmup), DurationSeconds: seconds(s.Duration), Baseline: s.Compared(), Resolved: string(resolved),
		Warnings: e.Warnings(), Listed: e.Listed, Varying: e.Varying(), Objectives: e.Objectives(), Clairvoyant: e.Clairvoyant(),
	}
	for _, p := range s.Policies {
		m.Policies = append(m.Policies, p.Name)
	}
	for _, in := range e.Inputs {
		m.Inputs = append(m.Inputs, reports.Input{File: in.File, SHA256: in.SHA256})
	}
	return reports.Results{Manifest: m}, nil
}

func seconds[D ~int64](d D) float64 { return float64(d) / 1e9 }
