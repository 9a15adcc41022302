package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"wavetank/reports"
	"wavetank/scenarios/builtin"
	"wavetank/scenarios/calibrate/fit"
	"wavetank/scenarios/calibrate/measured"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/profile"
	"wavetank/sim/quantity"
	"wavetank/sim/tokens"
)

// lawOptions are the flags of wavetank fit.
type lawOptions struct {
	engine       tokens.Config
	where        []string
	columns      []string
	start, shape string
	before       string
	prior        float64
	every, first int
	limit        int
	replicas     int
	prompts      string
	teller       string
	tellers      []*measured.Arguments
	series       string
	memory       memory
	load         replay.Load
	overheads    bool
	compare      bool
	out, figure  string
	law          builtin.LawFile
}

func lawCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "fit log|points|kernels|sample",
		Short: "Fit the step-time law of an LLM engine to measurements, or compare a law with them",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return input(errors.New("fit to what? one of log, points, kernels; or sample, to try it"))
		},
	}
	log := &lawOptions{}
	requests := &cobra.Command{
		Use: "log FOLDER|FILE", Short: "Fit to a log of requests: when each was sent, its first and last token, its lengths", Args: cobra.ExactArgs(1),
		Long: "Fit to a log of requests, CSV or JSON lines: when each was sent, its first and last token, its lengths. In a folder there is the log\n" +
			"requests.jsonl or requests.csv, files that tell of the engine (meta.json and the like), and perhaps the tokens of the prompts.",
		RunE: func(c *cobra.Command, args []string) error { return log.log(c, args[0]) },
	}
	points := &lawOptions{}
	means := &cobra.Command{
		Use: "points FILE.csv|FILE.json|FOLDER", Short: "Fit to means at several loads, of clients or at rates: a table, or what inference-perf, vLLM or SGLang wrote", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return points.simulated(c, args[0], points.readPoints)
		},
	}
	for sub, o := range map[*cobra.Command]*lawOptions{requests: log, means: points} {
		o.flags(sub)
	}
	log.simulationFlags(requests)
	log.logFlags(requests)
	points.simulationFlags(means)
	means.Flags().Float64Var(&points.load.Spread, "spread", 0, "lengths are uniform within ± this share of their means; with --requests and --waves: tried out where none is given")
	means.Flags().IntVar(&points.load.Requests, "requests", 0, "requests per point that does not say how many")
	means.Flags().IntVar(&points.load.Waves, "waves", 0, "requests per client of a point that does not say how many requests it had; ten where not given")
	means.Flags().BoolVar(&points.load.Random, "random", false, "requests at a rate are sent at random instants; tried out with the flags above")
	c.AddCommand(requests, means, kernelsCommand(), sampleCommand())
	return c
}

// sampleCommand writes a log that a simulated engine leaves.
func sampleCommand() *cobra.Command {
	o := &lawOptions{}
	var s replay.Sample
	c := &cobra.Command{
		Use: "sample", Short: "Write the log of a simulated engine, to try a fit on", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.start == "" {
				return input(errors.New("--start: no law is named"))
			}
			if err := o.begin(); err != nil {
				return input(err)
			}
			var log bytes.Buffer
			if err := s.Write(&log, &o.engine); err != nil {
				return input(err)
			}
			if o.out == "" {
				_, err := c.OutOrStdout().Write(log.Bytes())
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%d requests are in %s\n", s.Requests, o.out)
			return reports.WriteWhole(o.out, log.Bytes())
		},
	}
	o.engineFlags(c)
	f := c.Flags()
	f.StringVar(&o.start, "start", "", "law of the engine: a name or a law file")
	f.StringVar(&o.before, "before", "", "from the arrival of a request until it can be scheduled; that of the law where not given")
	f.StringVar(&o.out, "out", "", "file to write; standard output where not given")
	f.IntVar(&s.Requests, "requests", 300, "how many")
	f.Float64Var(&s.Rate, "rate", 5, "per second")
	f.Float64Var(&s.Input, "input", 500, "mean tokens of a prompt")
	f.Float64Var(&s.Output, "output", 150, "mean tokens of an answer")
	f.Float64Var(&s.Noise, "noise", 0, "relative standard deviation of the times")
	f.Uint64Var(&s.Seed, "seed", 1, "of the random draws")
	return c
}

// engineFlags are those of the engine, by vLLM's names.
func (o *lawOptions) engineFlags(c *cobra.Command) {
	f, e := c.Flags(), &o.engine
	f.IntVar(&e.MaxSequences, "max-num-seqs", 256, "sequences that run at a time")
	f.IntVar(&e.MaxTokens, "max-num-batched-tokens", 2048, "tokens in a step")
	f.BoolVar(&e.Chunked, "chunked-prefill", true, "a prompt may be computed in several steps")
	f.BoolVar(&e.WholePrompt, "scheduler-reserve-full-isl", false, "a request is scheduled only where KV blocks for all of its prompt are free")
	f.BoolVar(&e.Ahead, "async-scheduling", false, "a step is scheduled when the one before it begins")
	f.IntVar(&e.LongPrefill, "long-prefill-token-threshold", 0, "most prefill tokens of a sequence in a step; 0: no limit")
	f.IntVar(&e.Block, "block-size", 16, "tokens of a KV block")
	f.IntVar(&e.Blocks, "num-gpu-blocks", 1<<20, "KV blocks; so many that none is ever missing where not given")
	f.IntVar(&e.Context, "max-model-len", 131072, "most tokens of a request")
	f.BoolVar(&e.PrefixCache, "prefix-caching", true, "KV blocks are found again by their content")
	f.IntVar(&e.Draft, "num-speculative-tokens", 0, "speculative tokens in a step")
	f.Float64Var(&e.Acceptance, "acceptance", 0, "probability that a speculative token is accepted; fitted where it is not given")
}

// flags are those of all fits: the engine, and what is written.
func (o *lawOptions) flags(c *cobra.Command) {
	o.engineFlags(c)
	f := c.Flags()
	f.StringVar(&o.out, "out", "", "law file to write")
	f.StringVar(&o.figure, "figure", "", "picture to draw, .png or .svg: distributions, item against item, residuals")
	f.StringVar(&o.law.Name, "name", "fitted", "name of the law")
	f.StringVar(&o.law.Model, "model", "unnamed", "network that was measured")
	f.StringVar(&o.law.GPU, "gpu", "unnamed", "kind of GPU")
	f.IntVar(&o.law.GPUs, "gpus", 1, "GPUs of the replica")
	f.StringVar(&o.law.Source, "source", "", "where the measurements come from; the file where not given")
	f.StringVar(&o.law.Date, "date", "", "when they were made")
}

func (o *lawOptions) simulationFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVar(&o.where, "where", nil, "only the rows in which a column has a value: column=value")
	f.StringArrayVar(&o.columns, "column", nil, "what a column is, with its unit where that is a time: ttft=mean_first:ms")
	f.StringVar(&o.start, "start", "", "law to begin with: a name or a law file")
	f.StringVar(&o.shape, "shape", "", "of the law: plain, linear or roofline; the best by the Bayesian information criterion where not given")
	f.Float64Var(&o.prior, "prior", 0, "pull of each coefficient to the law of --start, relative to that of all measurements")
	f.IntVar(&o.every, "hold-every", 0, "keep every so manieth row from the fit, to judge it")
	f.IntVar(&o.first, "fit-first", 0, "keep all rows after the first so many from the fit, to judge it")
	f.IntVar(&o.limit, "in-flight", 0, "requests that the client has in flight at most; 0: any number")
	f.StringVar(&o.before, "before", "", "from the arrival of a request until it can be scheduled, such as 20ms; fitted where not given")
	f.BoolVar(&o.overheads, "overheads", false, "fit the times per token and after the last token too, where they are told apart from the law")
	f.BoolVar(&o.compare, "compare", false, "fit nothing: compare the law of --start with the measurements")
}

// table opens a table and applies the choice of rows and columns.
func (o *lawOptions) table(path string) (*measured.Table, error) {
	t, err := measured.OpenTable(path)
	if err != nil {
		return nil, err
	}
	for _, w := range o.where {
		column, value, ok := strings.Cut(w, "=")
		if !ok {
			return nil, fmt.Errorf("--where %s: want column=value", w)
		}
		if err := t.Keep(column, value); err != nil {
			return nil, err
		}
	}
	for _, w := range o.columns {
		name, column, ok := strings.Cut(w, "=")
		if !ok {
			return nil, fmt.Errorf("--column %s: want name=column or name=column:unit", w)
		}
		column, unit, _ := strings.Cut(column, ":")
		if err := t.Rename(column, name, unit); err != nil {
			return nil, fmt.Errorf("--column %s: %w", w, err)
		}
	}
	return t, nil
}

// assumptions is experiments by how their requests were made, and the ways that may be.
type assumptions struct {
	loads []replay.Load
	by    func(replay.Load) []replay.Experiment
	made  func(replay.Load) string
}

func (o *lawOptions) readPoints(path string) (m assumptions, err error) {
	var points []measured.Point
	if measured.IsReport(path) {
		if len(o.where)+len(o.columns) > 0 {
			return m, fmt.Errorf("--where, --column: %s is not a table", path)
		}
		points, err = measured.ReadReports(path, o.limit)
	} else if t, fault := o.table(path); fault != nil {
		return m, fault
	} else {
		points, err = measured.ReadPoints(t, o.limit)
	}
	loads := []replay.Load{o.load}
	if o.load == (replay.Load{}) && !o.compare {
		loads = replay.Loads(points)
	}
	return assumptions{
		loads: loads,
		by:    func(l replay.Load) []replay.Experiment { return replay.Experiments(points, l) },
		made:  func(l replay.Load) string { return l.Made(points) },
	}, err
}

// simulated fits to, or compares with, what a simulated engine can be held against, whichever way of making requests fits best.
func (o *lawOptions) simulated(c *cobra.Command, path string, read func(path string) (assumptions, error)) error {
	if err := o.check(); err != nil {
		return input(err)
	}
	m, err := read(path)
	if err == nil {
		err = o.begin()
	}
	if err != nil {
		return input(err)
	}
	held := func(l replay.Load) ([]replay.Experiment, error) {
		list := m.by(l)
		replay.Hold(list, o.every, o.first)
		return list, nil
	}
	list, _ := held(m.loads[0])
	for _, doubt := range replay.Doubts(list) {
		fmt.Fprintf(c.ErrOrStderr(), "warning: %s: %s\n", path, doubt)
	}
	var outcomes [][]replay.Outcome
	rows := replay.Count(list)
	if o.compare {
		for i := range list {
			one, err := list[i].Run(&o.engine)
			if err != nil {
				return input(err)
			}
			outcomes = append(outcomes, one)
		}
	} else {
		fit, some, load, err := fit.FitLoads(fit.Options{Config: o.engine, Shape: o.shape, Fixed: o.before != "", Overheads: o.overheads, Drafted: o.engine.Draft > 0 && !c.Flags().Changed("acceptance"), Prior: o.prior}, m.loads, held)
		if err != nil {
			return input(err)
		}
		list, outcomes, rows = some, fit.Outcomes, replay.Count(some)
		if o.engine.Draft > 0 {
			rows += fmt.Sprintf("; %d speculative tokens, accepted with probability %.2f", o.engine.Draft, fit.Acceptance)
			fmt.Fprintf(c.OutOrStdout(), "Speculative tokens are accepted with probability %.2f\n\n", fit.Acceptance)
		}
		o.fitted(c.OutOrStdout(), fit)
		if len(m.loads) > 1 {
			rows += "; " + m.made(load)
			fmt.Fprintf(c.OutOrStdout(), "Requests: %s, which fits best of the ways tried\n\n", m.made(load))
		}
	}
	o.law.Error = o.judge(c.OutOrStdout(), list, outcomes)
	if o.law.Source == "" {
		o.law.Source = filepath.Base(path)
	}
	return o.files(rows, o.law.Source, "simulated", calibratedItems(list, outcomes))
}

// begin takes over the law to begin with.
func (o *lawOptions) begin() error {
	if o.start != "" {
		l, err := builtin.FindLaw(o.start, readSmall)
		if err != nil {
			return err
		}
		if o.engine.Law, err = l.Law.Step(); err != nil {
			return err
		}
		o.engine.Before, o.engine.PerToken, o.engine.After = time.Duration(l.Before), time.Duration(l.PerToken), time.Duration(l.After)
	} else if o.compare {
		return errors.New("--compare needs the law of --start")
	}
	if o.before != "" {
		var before quantity.Duration
		if err := before.UnmarshalText([]byte(o.before)); err != nil {
			return fmt.Errorf("--before: %w", err)
		}
		o.engine.Before = time.Duration(before)
	}
	return nil
}

// fitted prints what was found and keeps it for the law file.
func (o *lawOptions) fitted(w io.Writer, f *fit.Fit) {
	o.law.Law, o.law.Before = rounded(f.Law), quantity.Duration(f.Before.Round(10*time.Microsecond))
	o.law.PerToken, o.law.After = quantity.Duration(f.PerToken.Round(time.Microsecond)), quantity.Duration(f.After.Round(10*time.Microsecond))
	fmt.Fprintf(w, "Law of the shape %s\n\n", f.Shape)
	o.coefficients(w, f.Parameters, f.Values, f.Low, f.High)
	for _, one := range []struct {
		names []string
		what  string
	}{{f.Unknown, "No measurement tells"}, {f.Vague, "Hardly told apart by these measurements:"}} {
		if len(one.names) > 0 {
			fmt.Fprintf(w, "%s %s\n\n", one.what, strings.Join(one.names, ", "))
		}
	}
	if o.engine.Ahead {
		o.law.Notes = append(o.law.Notes, "the engine scheduled a step ahead: the law goes with ahead: true")
	}
}

// coefficients prints values with their intervals and keeps the intervals for the law file.
func (o *lawOptions) coefficients(w io.Writer, parameters []fit.Parameter, values, low, high []float64) {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "coefficient\tvalue\t95 %% interval\n")
	for i, p := range parameters {
		fmt.Fprintf(tab, "%s\t%s\t%s to %s\n", p.Name, digits(values[i]), digits(low[i]), digits(high[i]))
		o.law.Intervals = append(o.law.Intervals, builtin.Interval{Of: p.Name, Low: digits(low[i]), High: digits(high[i])})
	}
	tab.Flush() // checked by the writer behind it
	fmt.Fprintln(w)
}

// digits rounds to four of them, more than any law deserves.
func digits(seconds float64) quantity.Span { return quantity.Span(seconds).Round(4) }

// rounded returns the coefficients with four digits.
func rounded(s profile.Step) builtin.Coefficients {
	c := builtin.CoefficientsOf(s)
	for _, f := range []*builtin.Form{&c.Compute, &c.Memory, &c.Overhead} {
		for _, v := range []*quantity.Span{&f.Constant, &f.Sequence, &f.Prefill, &f.Attention, &f.Decode, &f.Context} {
			*v = digits(float64(*v))
		}
	}
	c.Experts.Each = digits(float64(c.Experts.Each))
	return c
}
