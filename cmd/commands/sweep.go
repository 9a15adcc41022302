package commands

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"wavetank/cmd/archive"
	"wavetank/reports"
	"wavetank/reports/store"
	"wavetank/reports/tables"
	"wavetank/scenarios"
	"wavetank/scenarios/file"
	"wavetank/scenarios/study"
)

// sweepOptions are the flags of sweep.
type sweepOptions struct {
	scenario scenarioOptions
	vary     []string
	sample   string
	pair     bool
	parallel int
	out      string
	ledger   string
	shard    string
	print    printOptions
	workers  sweepWorkers
	look     lookOptions
	format   formatOptions
}

func sweepCommand() *cobra.Command {
	var o sweepOptions
	c := &cobra.Command{
		Use:   "sweep SCENARIO",
		Short: "Simulate a scenario with many settings: every combination of the values of several paths, or a sample",
		Long: `Simulate a scenario with many settings, and put them into one set of results.

Every finished run is kept in a ledger. If the command is interrupted or killed, the same command
goes on with the runs that are missing, and its results are the same bytes. No run is simulated
twice, in other sweeps neither.`,
		Example: `  wavetank sweep quickstart --vary router=round-robin,power-of-two --vary fleet[0].max=1..4
  wavetank sweep my-service.yaml --policy lp,hpa --vary workload[0].arrivals.poisson.rate=100/s..400/s/4
  wavetank sweep quickstart --vary planning.utilization=0.5..0.9 --vary seed=1..1000 --sample latin/50
  wavetank sweep quickstart --vary fleet[0].max=1..4 --workers 2
  wavetank sweep quickstart --vary fleet[0].max=1..4 --nats tls://nats.example.org --nats-creds me.creds
  wavetank sweep quickstart --vary fleet[0].max=1..4 --shard 0/8 --out shards
  wavetank sweep quickstart --vary fleet[0].max=1..4 --print slurm --shards 8 --out shards`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return sweepScenario(c, args[0], o) },
	}
	o.scenario.flags(c)
	c.Flags().StringArrayVar(&o.vary, "vary", nil, "a path of the scenario and its values: PATH=v1,v2, or PATH=a..b/n for n values from a to b, or PATH=a..b for whole numbers; may be repeated")
	c.Flags().StringVar(&o.sample, "sample", "", "instead of every combination, a Latin hypercube sample of so many settings: latin/100")
	c.Flags().BoolVar(&o.pair, "pair", false, "instead of every combination, the first values of all paths together, then the second ones, and so on")
	countFlag(c.Flags(), &o.parallel, "parallel", runtime.GOMAXPROCS(0), 1, mostParallel, "runs at a time; the results do not depend on it")
	c.Flags().StringVar(&o.out, "out", "", "output folder (default results/NAME-HASH)")
	ledgerFlag(c, &o.ledger, ledgerFile)
	shardFlag(c, &o.shard)
	printFlags(c, &o.print)
	workersFlags(c, &o.workers)
	lookFlags(c, &o.look)
	formatFlags(c, &o.format, tables.SweepTable)
	return c
}

func sweepScenario(c *cobra.Command, name string, o sweepOptions) error {
	if err := errors.Join(o.look.check(), o.format.check()); err != nil {
		return err
	}
	if c.Flags().Changed("out") && o.out == "" {
		return input(errors.New("--out: no folder is named"))
	}
	share, fault := o.share(c)
	design, err := study.ParseDesign(o.vary, o.sample, o.pair)
	if err = errors.Join(fault, o.print.check(c, name), o.workers.check(c), err); err != nil {
		return input(err)
	}
	base, s, err := o.prepare(c, name, &design)
	if err != nil {
		return input(err)
	}
	results, err := o.manifest(c, name, base, s)
	if err != nil {
		return err
	}
	if o.print.kind != "" {
		return o.printJob(c, name, base, s, &results.Manifest)
	}
	if o.shard != "" {
		return o.runShard(c, s, share, &results.Manifest)
	}
	hash := results.Manifest.Hash()
	if o.out == "" {
		o.out = resultsFolder(base.Scenario.Name, hash)
	}
	folder, err := reports.LockSweep(o.out, hash)
	if err != nil {
		return input(err)
	}
	return errors.Join(o.run(c, name, s, folder, results), folder.Release())
}

// prepare makes the scenario without the varied values, and the cells of the study.
func (o *sweepOptions) prepare(c *cobra.Command, name string, design *study.Design) (*scenarios.Experiment, *study.Study, error) {
	base, err := o.scenario.prepare(c, name)
	if err != nil {
		return nil, nil, err
	}
	s := &study.Study{Axes: design.Axes, Detail: scenarios.Summary, Parallel: o.parallel}
	if name == "-" {
		s.Parallel = 1 // standard input is read again for each cell
	}
	_, err = unlessInterrupted(c.Context(), "the settings were not all read; nothing was kept", func() (bool, error) {
		return true, s.Prepare(c.Context(), design.Settings(base.Scenario.Seed), func(changes []file.Change) (*scenarios.Experiment, error) {
			return o.scenario.changed(c, name, changes, func(string) {}) // base has warned
		})
	})
	s.Parallel = o.parallel
	return base, s, err
}

// manifest makes the manifest of the results.
func (o *sweepOptions) manifest(c *cobra.Command, name string, base *scenarios.Experiment, s *study.Study) (store.Archive, error) {
	results, err := archive.Of(base)
	if err != nil {
		return results, err
	}
	changes, err := o.scenario.changes(c)
	if err != nil {
		return results, err
	}
	f, err := load(c, name, nil)
	if err != nil {
		return results, err
	}
	d := &store.SweepDesign{Sample: o.sample, Source: string(f.Text), Selected: o.scenario.policies}
	for _, one := range changes {
		d.Set = append(d.Set, one.Path+"="+one.Value)
	}
	if o.pair {
		d.Sample = "pair"
	}
	for _, a := range s.Axes {
		d.Varied = append(d.Varied, a.Path)
	}
	for _, cell := range s.Cells {
		e := cell.Experiment
		one := store.SweepSetting{Values: cell.Values, Replications: e.Scenario.Replications, Objectives: e.Objectives(), Clairvoyant: e.Clairvoyant()}
		for i := range e.Scenario.Policies {
			k, err := e.Key(&e.Scenario.Policies[i], 0)
			if err != nil {
				return results, err
			}
			one.Scenario = k.Scenario
			one.Policies = append(one.Policies, e.Scenario.Policies[i].Name)
		}
		d.Settings = append(d.Settings, one)
	}
	results.Manifest.Sweep = d
	return results, nil
}

// run carries out the runs, prints the results and stores them.
func (o *sweepOptions) run(c *cobra.Command, name string, s *study.Study, folder *store.Folder, results store.Archive) (err error) {
	path := sharedLedger(c, o.ledger)
	ledger, err := openLedger(c, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ledger.Close()) }()
	var outcomes study.Outcomes
	if o.workers.used() {
		outcomes, err = o.distribute(c, name, s, ledger, &results.Manifest)
	} else {
		outcomes, err = o.carryOut(c, s, ledger, path)
	}
	if err != nil {
		return err
	}
	results = sweptRows(s, outcomes, results)
	results.Manifest.Completed = results.Manifest.Replications
	if _, err := showResults(c, folder, results, o.look, o.format, "the results are not stored, but all runs are kept in "+path); err != nil {
		return err
	}
	return o.format.tell(c, "\nReport, figures and data are in %s\n", o.out)
}

// carryOut carries out the runs that a shelf does not have, and keeps them there. Messages say
// where that is.
func (o *sweepOptions) carryOut(c *cobra.Command, s *study.Study, shelf study.Shelf, where string) (study.Outcomes, error) {
	told := progressOf(c, o.look.quiet)
	for _, cell := range s.Cells {
		keepRuns(shelf, cell.Experiment)
		tellCapacities(told, cell.Experiment)
	}
	w := &sweepWatch{watch: newWatch(told, o.parallel), study: s, ledger: where}
	if err := w.tell(c.Context(), shelf); err != nil {
		return nil, w.ended(err)
	}
	s.Progress = w.advance
	outcomes, err := s.Run(c.Context())
	w.watch.bar.stop()
	if err != nil {
		return nil, w.ended(err)
	}
	return outcomes, nil
}

// ended returns the error of a sweep that did not come to its end. An interruption says what is
// kept.
func (w *sweepWatch) ended(err error) error {
	if !errors.Is(err, context.Canceled) {
		return err
	}
	return interruption(fmt.Sprintf("%d of %s are kept in %s; the same command goes on with the others",
		max(w.last.Done, w.watch.kept), count(len(w.study.Runs()), "run", "runs"), w.ledger))
}

// sweptRows adds the rows of all settings to the results of a sweep. It takes the outcomes out of
// the list, so that runs and rows need not be in memory at the same time.
func sweptRows(s *study.Study, outcomes study.Outcomes, results store.Archive) store.Archive {
	for i, cell := range s.Cells {
		results.Settings = append(results.Settings, settingRows(cell.Experiment.Gather(outcomes[i])))
		outcomes[i] = nil
	}
	return results
}

// settingRows returns what is stored of the results of a setting.
func settingRows(r scenarios.Results) store.SettingRows {
	return store.SettingRows{Rows: r.Rows, Pooled: r.Pooled}
}
