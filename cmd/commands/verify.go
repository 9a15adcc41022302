package commands

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/cmd/archive"
	"wavetank/reports"
	"wavetank/reports/store"
	"wavetank/scenarios"
	"wavetank/scenarios/file"
	"wavetank/scenarios/library"
	"wavetank/scenarios/study"
)

// verifyOptions are the flags of verify.
type verifyOptions struct {
	inputs   string
	parallel int
	quiet    bool
	allow    bool
}

func verifyCommand() *cobra.Command {
	var o verifyOptions
	c := &cobra.Command{
		Use:   "verify DIR",
		Short: "Run the scenario of a results folder again, and say what differs",
		Long: `Run the scenario that a results folder holds again, and compare every number.

The exit code is 0 if all numbers are the same, and 1 if some differ. The folder may hold a run or a
sweep. It stays as it is, and no ledger is used.`,
		Example: `  wavetank verify results/quickstart-1a2b3c4d
  wavetank verify out --inputs ~/traces`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return verifyFolder(c, args[0], o) },
	}
	c.Flags().StringVar(&o.inputs, "inputs", "", "folder of the scenario file, from which the names of traces and tables begin (default: the working folder)")
	allowFlag(c, &o.allow)
	countFlag(c.Flags(), &o.parallel, "parallel", runtime.GOMAXPROCS(0), 1, mostParallel, "runs at a time; the results do not depend on it")
	c.Flags().BoolVar(&o.quiet, "quiet", false, "print only whether the numbers are the same")
	return c
}

func verifyFolder(c *cobra.Command, dir string, o verifyOptions) error {
	stored, err := reports.Read(dir)
	if err != nil {
		return input(err)
	}
	told := progressOf(c, o.quiet)
	if now := archive.CurrentBuild(); stored.Manifest.Build != now || stored.Manifest.Version != archive.Version {
		fmt.Fprintf(told, "the results are of version %s %v; this is version %s %v\n", stored.Manifest.Version, stored.Manifest.Build, archive.Version, now)
	}
	var again store.Archive
	if stored.Manifest.Sweep != nil {
		again, err = o.sweep(c, told, dir, &stored.Manifest)
	} else {
		again, err = o.run(c, told, dir, &stored)
	}
	if c.Context().Err() != nil {
		return interruption("not every run was simulated again; the folder is as it was")
	}
	if err != nil {
		return err
	}
	d := store.Compare(stored, again)
	if !o.quiet {
		for _, line := range d.Lines {
			fmt.Fprintln(c.OutOrStdout(), line)
		}
	}
	if d.Differ > 0 {
		return fmt.Errorf("%s: %d of %d numbers differ", dir, d.Differ, d.Compared)
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%s: all %d numbers are the same\n", dir, d.Compared)
	return err
}

// experiment prepares a scenario from its text. Files that it names must have the checksums of the
// manifest.
func (o *verifyOptions) experiment(c *cobra.Command, dir, text string, changes []file.Change, m *store.Manifest) (*scenarios.Experiment, error) {
	f, err := file.Read(filepath.Join(dir, "scenario of manifest.json"), []byte(text), changes...)
	if err != nil {
		return nil, input(err)
	}
	shipped := o.inputs == "" && !slices.ContainsFunc(m.Inputs, func(in store.FileSum) bool { return !library.Has(in.File) })
	f.In(o.inputs, shipped)
	f.CommandsAllowed = o.allow
	e, err := scenarios.Prepare(f)
	if err != nil {
		if o.inputs == "" && len(m.Inputs) > 0 {
			err = fmt.Errorf("%w\nif a file is missing, name the folder of the scenario with --inputs", err)
		}
		return nil, input(err)
	}
	var faults []error
	for _, in := range e.Inputs {
		known := slices.ContainsFunc(m.Inputs, func(s store.FileSum) bool { return s.File == in.File && s.SHA256 == in.SHA256 })
		if !known {
			faults = append(faults, fmt.Errorf("%s is another file now: SHA-256 %.12s", in.File, in.SHA256))
		}
	}
	return e, input(errors.Join(faults...))
}

// run simulates the replications of a run that are stored.
func (o *verifyOptions) run(c *cobra.Command, told io.Writer, dir string, stored *store.Archive) (store.Archive, error) {
	e, err := o.experiment(c, dir, stored.Manifest.Resolved, nil, &stored.Manifest)
	if err != nil {
		return store.Archive{}, err
	}
	present := map[int]bool{}
	last := -1
	for _, r := range stored.Rows {
		present[r.Replication] = true
		last = max(last, r.Replication)
	}
	w := newWatch(told, o.parallel)
	w.begin(len(e.Scenario.Policies), last+1)
	tellCapacities(told, e)
	r, err := e.RunPart(c.Context(), scenarios.RunOptions{Parallel: o.parallel, Progress: w.update, Searching: w.searching}, 0, last+1)
	w.bar.stop()
	if err != nil {
		return store.Archive{}, err
	}
	again := store.Archive{Manifest: stored.Manifest, Rows: r.Rows, Series: r.Series, Quantiles: r.Quantiles, Pooled: r.Pooled}
	if len(present) <= last { // an interrupted run without some replications
		again.Keep(func(replication int) bool { return present[replication] })
		again.Pooled = stored.Pooled
	}
	return again, nil
}

// sweep simulates all settings of a sweep.
func (o *verifyOptions) sweep(c *cobra.Command, told io.Writer, dir string, m *store.Manifest) (store.Archive, error) {
	d := m.Sweep
	var shared []file.Change
	for _, text := range d.Set {
		path, value, _ := strings.Cut(text, "=")
		shared = append(shared, file.Change{Path: path, Value: value})
	}
	s := &study.Study{Detail: scenarios.Summary, Parallel: o.parallel}
	var settings [][]string
	for _, path := range d.Varied {
		s.Axes = append(s.Axes, study.Axis{Path: path})
	}
	for _, one := range d.Settings {
		settings = append(settings, one.Values)
	}
	if err := s.Prepare(c.Context(), settings, func(changes []file.Change) (*scenarios.Experiment, error) {
		e, err := o.experiment(c, dir, d.Source, slices.Concat(shared, changes), m)
		if err == nil && len(d.Selected) > 0 {
			err = e.Scenario.Select(d.Selected)
		}
		return e, err
	}); err != nil {
		return store.Archive{}, input(err)
	}
	w := newWatch(told, o.parallel)
	fmt.Fprintf(told, "%s: %s\n", count(len(s.Runs()), "run", "runs"), count(len(settings), "setting", "settings"))
	w.start()
	s.Progress = func(a study.Advance) { w.update(a.Done, a.Of) }
	outcomes, err := s.Run(c.Context())
	w.bar.stop()
	if err != nil {
		return store.Archive{}, err
	}
	return sweptRows(s, outcomes, store.Archive{Manifest: *m}), nil
}
