package commands

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/calibrate/fit"
	"wavetank/scenarios/calibrate/measured"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/quantity"
	"wavetank/workload/table"
)

// fitLogOptions are the flags of fit log.
type fitLogOptions struct {
	replay     replayOptions
	table      tableOptions
	memory     memoryOptions
	engineFile string
	prompts    string
	replicas   int
	wholeOnly  bool // a log without times of first tokens is meant
	asLogged   bool // requests are sent at their logged instants, even in a closed loop
}

func fitLogCommand() *cobra.Command {
	o := &fitLogOptions{}
	c := &cobra.Command{
		Use: "log FOLDER|FILE...", Short: "Fit to logs of requests: when each was sent, its first and last token, its lengths", Args: cobra.MinimumNArgs(1),
		Long: "Fit to a log of requests, CSV or JSON lines: when each was sent, its first and last token, its lengths.\n" +
			"A folder holds the log requests.jsonl or requests.csv, files with the settings of the engine (meta.json and\n" +
			"the like), and perhaps the tokens of the prompts.\n" +
			"Several logs of one engine have equal weight.",
		RunE: func(c *cobra.Command, args []string) error { return o.run(c, args) },
	}
	o.replay.flags(c)
	o.table.flags(c)
	f := c.Flags()
	f.StringVar(&o.engineFile, "engine", "", "file with settings of the engine, JSON or YAML with vLLM's names; flags override it")
	f.StringVar(&o.prompts, "prompts", "", "JSON lines with the tokens of the prompts (input_tok_ids) in the order of the log, for the prefix cache")
	f.IntVar(&o.replicas, "replicas", 1, "number of replicas; if the log has no column replica, they are taken to have served in turn")
	f.BoolVar(&o.wholeOnly, "e2e-only", false, "fit to the whole times alone if every first token comes with the last one")
	f.BoolVar(&o.asLogged, "open-loop", false, "send requests at their logged instants, even if the log is that of a closed loop")
	o.memory.flags(c)
	return c
}

// run fits a model to the logs of one or several runs, or compares a model with them.
func (o *fitLogOptions) run(c *cobra.Command, paths []string) error {
	if err := o.replay.check(); err != nil {
		return input(err)
	}
	o.replay.result.file.Source = cmp.Or(o.replay.result.file.Source, baseNames(paths))
	var all []replay.MeasuredLoad
	var faults []error
	o.replay.watch = newFitWatch(c.Context(), c.ErrOrStderr())
	c.SetErr(&onceWriter{Writer: c.ErrOrStderr()})
	asked, first := o.replay.engine.config, builtin.FittedEngine{}
	for i, path := range paths {
		o.replay.engine.config = asked
		list, err := o.open(c, path)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		engine := builtin.EngineOf(&o.replay.engine.config)
		if i == 0 {
			first = engine
		} else if engine != first {
			faults = append(faults, fmt.Errorf("%s: the settings of its engine are not those of %s: fit one model to runs of one engine, or give the settings as flags", path, paths[0]))
		}
		all = append(all, list...)
	}
	if err := errors.Join(faults...); err != nil {
		return refused(err)
	}
	return o.replay.run(c, baseNames(paths), measurements{
		loads: []replay.LoadShape{{}},
		under: func(replay.LoadShape) []replay.MeasuredLoad { return all },
		runs:  true,
	})
}

// baseNames returns the names of files without their folders.
func baseNames(paths []string) string {
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = filepath.Base(path)
	}
	return strings.Join(names, ", ")
}

// open reads a run, and sets the engine to that of the run. It returns one load for each replica.
func (o *fitLogOptions) open(c *cobra.Command, path string) ([]replay.MeasuredLoad, error) {
	run, err := findRun(path)
	if err == nil && o.engineFile != "" {
		var a *measured.Settings
		a, err = readArguments(o.engineFile)
		run.settings = append(settings{a}, run.settings...)
	}
	if err != nil {
		return nil, err
	}
	file, engine := &o.replay.result.file, &o.replay.engine
	fitted, err := o.replay.start.read(c, &engine.config)
	if err != nil {
		return nil, err
	}
	replicas := o.replicas
	known, err := run.settings.adopt(c, &engine.config, file, &replicas)
	known = known || fitted
	if ranks := engine.config.Engines(); ranks > 1 && !c.Flags().Changed("replicas") {
		replicas = max(1, replicas/ranks) // data_parallel_size of a folder counts the ranks
	}
	budget, fault := run.settings.number(1, "max_num_batched_tokens")
	err = errors.Join(err, fault)
	of := o.replay.start.file.Engine
	if budget != nil || c.Flags().Changed("max-num-batched-tokens") || of != nil && of.BatchedTokens > 0 {
		o.replay.budgetKnown = true
	}
	if v, ok := run.settings.text("vllm_version", "engine_version"); ok {
		o.replay.version = v
	}
	find := func() error { return o.memory.findBlocks(c.ErrOrStderr(), run.settings, &engine.config, file) }
	if known {
		run.series = ""
	} else if run.series == "" {
		err = errors.Join(err, find())
	}
	if err != nil {
		return nil, err
	}
	if len(run.settings) > 0 {
		fmt.Fprintf(c.OutOrStdout(), "%s\n\n", engine.describe(file))
	}
	if o.replay.physics == (fit.Physics{}) {
		o.replay.learn(c.ErrOrStderr(), run.settings)
	}
	return o.read(c.ErrOrStderr(), run, replicas, find)
}

// read reads the requests of a run, and returns one load for each replica. It calls find to set the
// KV blocks of the engine if no series says how full the cache was.
func (o *fitLogOptions) read(w io.Writer, run published, replicas int, find func() error) ([]replay.MeasuredLoad, error) {
	t, err := o.table.open(w, run.log)
	if err != nil {
		return nil, err
	}
	if doubt := measured.Contradiction(t); doubt != "" {
		fmt.Fprintf(w, "warning: %s\n", doubt)
	}
	log, err := measured.ReadLog(t)
	if err != nil {
		return nil, err
	}
	if measured.OnlyWholeTimes(log) {
		if !o.wholeOnly {
			return nil, refusal{fmt.Errorf("%s: every first token comes with the last one, as from a client that does not stream: the times of first tokens tell nothing; to fit to the whole times alone: --e2e-only", t.Name)}
		}
		measured.WithoutFirstTokens(log)
	}
	engine := &o.replay.engine.config
	if prompts := cmp.Or(o.prompts, run.prompts); prompts != "" && engine.PrefixCache {
		p, err := table.Load(table.OnDisk(prompts))
		if err == nil {
			err = measured.AddPrompts(p, log, max(1, engine.Block))
		}
		if err != nil {
			return nil, fmt.Errorf("prompts: %w", err)
		}
	}
	if run.series != "" {
		if err := estimateBlocks(w, run.series, log, engine, find); err != nil {
			return nil, err
		}
	}
	list := replay.OfReplicas(t.Name, log, o.replay.limit, replicas)
	if loop, is := replay.FindLoop(log); is && len(list) == 1 && o.replay.limit == 0 && !o.asLogged {
		list[0].Loop(loop)
		fmt.Fprintf(w, "note: %s is a closed loop of %s: each request is sent %v after another one ends, and the loop is simulated (send times as they are: --open-loop)\n",
			t.Name, count(loop.Clients, "client", "clients"), quantity.Span(loop.Pause))
	}
	if len(list) > 1 && !t.Has("replica") {
		fmt.Fprintf(w, "note: the log does not say which replica served a request (--column replica=…): %d are taken to have served in turn\n", len(list))
	}
	if n, most := measured.MostDecoding(log), len(list)*engine.MaxSequences*engine.Engines(); n > most {
		fmt.Fprintf(w, "warning: %s: %d requests were decoding at a time, more than %s of %s can: are there more replicas (--replicas), or sequences (--max-num-seqs)?\n",
			t.Name, n, count(len(list), "replica", "replicas"), count(engine.MaxSequences, "sequence", "sequences"))
	}
	return list, nil
}
