package commands

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/reports"
	"wavetank/reports/store"
	"wavetank/reports/tables"
	"wavetank/scenarios"
	"wavetank/scenarios/study"
	"wavetank/workload/table"
)

// mergeOptions are the flags of merge.
type mergeOptions struct {
	out    string
	look   lookOptions
	format formatOptions
}

func mergeCommand() *cobra.Command {
	var o mergeOptions
	c := &cobra.Command{
		Use:   "merge DIR...",
		Short: "Put the shards of a sweep together: the results are those of the same sweep on one computer",
		Long: `Put the shards of a sweep together, which several computers have made with sweep --shard.

The results are the same bytes as those of the same sweep on one computer. Neither the scenario nor
the files that it reads are needed. If runs are missing, nothing is written, and the exit code is 1.
Shards of another program or of another sweep, damaged ones, and runs that are in two shards are bad
input: the exit code is 2.`,
		Example: `  wavetank merge shards
  wavetank merge shards more-shards --out results/all`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return mergeShards(c, args, o) },
	}
	c.Flags().StringVar(&o.out, "out", "", "output folder (default results/NAME-HASH)")
	lookFlags(c, &o.look)
	formatFlags(c, &o.format, tables.SweepTable)
	return c
}

func mergeShards(c *cobra.Command, dirs []string, o mergeOptions) error {
	if err := errors.Join(o.look.check(), o.format.check()); err != nil {
		return err
	}
	if c.Flags().Changed("out") && o.out == "" {
		return input(errors.New("--out: no folder is named"))
	}
	list, drafts, err := openShards(dirs)
	if err != nil {
		return input(err)
	}
	results, err := merged(list, drafts)
	if err != nil {
		return err
	}
	m := &results.Manifest
	if o.out == "" {
		o.out = resultsFolder(m.Scenario, m.Hash())
	}
	folder, err := reports.LockSweep(o.out, m.Hash())
	if err != nil {
		return input(err)
	}
	_, err = showResults(c, folder, results, o.look, o.format, "the results are not stored; the shards stay as they are")
	if err = errors.Join(err, folder.Release()); err != nil {
		return err
	}
	return o.format.tell(c, "\nReport, figures and data are in %s\n", o.out)
}

// openShards opens all complete shards in folders. It returns the names of incomplete ones, too.
// The error joins the faults of all files.
func openShards(dirs []string) (list []*study.ShardFile, drafts []string, err error) {
	var faults []error
	for _, dir := range dirs {
		if _, err := table.Stat(dir); err != nil {
			faults = append(faults, err)
			continue
		}
		files, err := os.ReadDir(dir)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		found := 0
		for _, f := range files {
			path := filepath.Join(dir, f.Name())
			switch {
			case strings.HasSuffix(f.Name(), study.PartEnding):
				drafts = append(drafts, path)
				found++
			case strings.HasSuffix(f.Name(), study.ShardEnding):
				found++
				s, err := study.OpenShard(path)
				list, faults = append(list, s), append(faults, err)
			}
		}
		if found == 0 {
			faults = append(faults, fmt.Errorf("%s holds no shard; wavetank sweep with --shard 0/8 --out %[1]s writes one", dir))
		}
	}
	return list, drafts, errors.Join(faults...)
}

// merged returns the results of a sweep from its shards.
func merged(list []*study.ShardFile, drafts []string) (store.Archive, error) {
	unfinished := ""
	for _, path := range drafts {
		unfinished += fmt.Sprintf("\n%s: a process writes this shard, or was killed; its command goes on with it", path)
	}
	if len(list) == 0 {
		return store.Archive{}, fmt.Errorf("no shard is complete; nothing was written%s", unfinished)
	}
	program, err := fingerprint()
	if err != nil {
		return store.Archive{}, err
	}
	var m merging
	missing, of, err := study.Merge(list, program, &m)
	if err != nil {
		return store.Archive{}, input(err)
	}
	if missing > 0 {
		which := study.Missing(list)
		if which != "" {
			which = ", those of the shards " + which
		}
		return store.Archive{}, fmt.Errorf("%d of %s are missing%s; nothing was written%s", missing, count(of, "run", "runs"), which, unfinished)
	}
	m.results.Manifest.Completed = m.results.Manifest.Replications
	return m.results, nil
}

// merging makes the results of a sweep from the runs of its shards. It implements study.Gathering.
type merging struct{ results store.Archive }

// Settings implements study.Gathering.
func (m *merging) Settings(design []byte) (settings []study.SettingRuns, err error) {
	into := &m.results.Manifest
	if err := json.Unmarshal(design, into); err != nil || into.Sweep == nil || len(into.Sweep.Settings) == 0 {
		return nil, errors.New("it does not hold the design of a sweep")
	}
	for _, one := range into.Sweep.Settings {
		settings = append(settings, study.SettingRuns{Scenario: one.Scenario, Policies: one.Policies, Replications: one.Replications})
	}
	return settings, nil
}

// Gather implements study.Gathering.
func (m *merging) Gather(scenario string, runs [][]*scenarios.Finished) {
	policies := m.results.Manifest.Sweep.Settings[len(m.results.Settings)].Policies
	m.results.Settings = append(m.results.Settings, settingRows(scenarios.GatherFinished(scenario, policies, runs)))
}
