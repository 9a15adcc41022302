package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/scenarios/calibrate/measured"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/workload/table"
)

// published is a measured run: its log, what tells of the engine, and the tokens of its prompts.
type published struct {
	log     string
	tellers []*measured.Arguments // the nearest to the log first
	prompts string
	series  string // how full the KV cache was over time
}

// findRun looks for the parts of a run in a folder as it was published; a file is the log alone.
func findRun(path string) (p published, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return p, err
	}
	if !info.IsDir() {
		return published{log: path}, nil
	}
	var logs, others []string
	err = filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch name := strings.TrimSuffix(strings.ToLower(d.Name()), ".gz"); filepath.Ext(name) {
		case ".jsonl", ".csv":
			if begin := opening(file); strings.Contains(begin, "tok_ids") || strings.Contains(begin, "token_ids") {
				p.prompts = file
			} else if strings.HasPrefix(name, "requests.") {
				logs = append(logs, file)
			} else if strings.Contains(begin, "kv_cache_pct") || strings.Contains(begin, "kv_cache_usage") {
				p.series = file
			}
		case ".json", ".yaml", ".yml":
			others = append(others, file)
		}
		return nil
	})
	if err != nil {
		return p, err
	}
	if len(logs) != 1 {
		return p, fmt.Errorf("%s: there should be one log, requests.jsonl or requests.csv; there are %d: %s", path, len(logs), strings.Join(logs, ", "))
	}
	p.log = logs[0]
	beside := func(file string) bool { return filepath.Dir(file) == filepath.Dir(p.log) }
	slices.SortStableFunc(others, func(a, b string) int {
		switch {
		case beside(a) && !beside(b):
			return -1
		case beside(b) && !beside(a):
			return 1
		}
		return 0
	})
	var faults []error
	for _, file := range others {
		a, err := arguments(file)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		p.tellers = append(p.tellers, a)
	}
	if p.prompts == "" {
		p.prompts = p.dataset()
	}
	return p, errors.Join(faults...)
}

// arguments reads what a file tells of an engine.
func arguments(file string) (*measured.Arguments, error) {
	data, err := readSmall(file)
	if err != nil {
		return nil, err
	}
	return measured.ReadArguments(file, data)
}

// opening returns the beginning of a file, plain or gzip; nothing where it cannot be read.
func opening(file string) string {
	const enough = 4096
	f, err := table.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	text, done, err := table.Inflated(f)
	if err != nil || text == nil {
		return ""
	}
	begin, _ := io.ReadAll(io.LimitReader(text, enough))
	done() // only read from
	return string(begin)
}

// dataset looks for the file of prompts that the run names, from the log upwards.
func (p *published) dataset() string {
	for _, a := range p.tellers {
		name, _, ok := a.Text("dataset_path")
		if !ok {
			continue
		}
		const most = 8 // folders up
		folder := filepath.Dir(p.log)
		for range most {
			if file := filepath.Join(folder, name); filepath.IsLocal(name) && strings.Contains(opening(file), "tok_ids") {
				return file
			}
			folder = filepath.Join(folder, "..")
		}
	}
	return ""
}

func (o *lawOptions) logFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.teller, "engine", "", "file that tells of the engine, JSON or YAML by vLLM's names; flags count before it")
	f.StringVar(&o.prompts, "prompts", "", "JSON lines with the tokens of the prompts (input_tok_ids) in the order of the log, for the prefix cache")
	f.IntVar(&o.replicas, "replicas", 1, "that served a log without a column replica; taken to be in turn")
	o.memoryFlags(c)
}

// log fits to a log of requests, or compares a law with it.
func (o *lawOptions) log(c *cobra.Command, path string) error {
	run, err := findRun(path)
	if err == nil && o.teller != "" {
		var a *measured.Arguments
		a, err = arguments(o.teller)
		run.tellers = append([]*measured.Arguments{a}, run.tellers...)
	}
	if o.tellers = run.tellers; err == nil {
		o.series = run.series
		err = o.told(c, c.ErrOrStderr(), run.tellers)
	}
	if err != nil {
		return input(err)
	}
	if o.law.Source == "" {
		o.law.Source = filepath.Base(path)
	}
	if o.prompts != "" {
		run.prompts = o.prompts
	}
	if len(run.tellers) > 0 {
		fmt.Fprintf(c.OutOrStdout(), "%s\n\n", o.engineLine())
	}
	return o.simulated(c, run.log, func(path string) (assumptions, error) {
		t, err := o.table(path)
		if err != nil {
			return assumptions{}, err
		}
		list, err := o.readLog(c.ErrOrStderr(), t, run.prompts, o.limit)
		return assumptions{loads: []replay.Load{{}}, by: func(replay.Load) []replay.Experiment { return list }}, err
	})
}

// readLog makes the experiments of a log.
func (o *lawOptions) readLog(w io.Writer, t *measured.Table, prompts string, limit int) ([]replay.Experiment, error) {
	log, err := measured.ReadLog(t)
	if err != nil {
		return nil, err
	}
	if prompts != "" && o.engine.PrefixCache {
		p, err := measured.OpenTable(prompts)
		if err == nil {
			err = measured.AddPrompts(p, log, max(1, o.engine.Block))
		}
		if err != nil {
			return nil, fmt.Errorf("prompts: %w", err)
		}
	}
	if err := o.occupied(w, log); err != nil {
		return nil, err
	}
	list := replay.OfReplicas(t.Name, log, limit, o.replicas)
	if len(list) > 1 && !t.Has("replica") {
		fmt.Fprintf(w, "note: which replica served a request is not told (--column replica=…): %d are taken to have served in turn\n", len(list))
	}
	if n, most := measured.Decoding(log), len(list)*o.engine.MaxSequences; n > most {
		fmt.Fprintf(w, "warning: %s: %d requests were decoding at a time, more than %d replicas of %d sequences can: are there more replicas (--replicas), or sequences (--max-num-seqs)?\n", t.Name, n, len(list), o.engine.MaxSequences)
	}
	return list, nil
}
