package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"wavetank/reports"
	"wavetank/sim/kernel"
	"wavetank/workload"
	"wavetank/workload/portrait"
)

func traceCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "trace inspect|fit",
		Short: "Look at a trace, or make a synthetic scenario that resembles it",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return input(fmt.Errorf("trace what? one of inspect, fit")) },
	}
	c.AddCommand(inspectCommand(), fitCommand())
	return c
}

// traceOptions say how a trace is read.
type traceOptions struct {
	format, unit string
	columns      workload.Columns
	clients      int
}

func traceFlags(c *cobra.Command, o *traceOptions) {
	var known []string
	for _, f := range workload.Formats() {
		known = append(known, f.Name)
	}
	f := c.Flags()
	f.StringVar(&o.format, "format", "", "form of the trace, told from its first line when not given: "+strings.Join(known, ", "))
	f.StringVar(&o.columns.Time, "time", "", "csv, jsonl: column of the instant")
	f.StringVar(&o.unit, "unit", "s", "csv, jsonl: unit of the instant: s, ms, us, ns or rfc3339")
	f.StringVar(&o.columns.Input, "input", "", "csv, jsonl: column of the input tokens")
	f.StringVar(&o.columns.Output, "output", "", "csv, jsonl: column of the output tokens")
	f.StringVar(&o.columns.Session, "session", "", "csv, jsonl: column of the session")
	f.StringVar(&o.columns.Prefix, "prefix", "", "csv, jsonl: column of the numbers of the prompt's blocks")
	f.IntVar(&o.columns.Block, "prefix-block", 0, "csv, jsonl: tokens of such a block")
	f.IntVar(&o.clients, "clients", 0, "servegen: so many clients, those that send most; 0: all")
}

// opened is a trace that was found readable in its form.
type opened struct {
	path, format string
	open         func() (workload.Source, error)
}

// openTrace finds out what a trace is.
func openTrace(path string, o traceOptions) (opened, error) {
	file, t := workload.OnDisk(path), opened{path: path, format: o.format}
	var err error
	if t.format == "" {
		t.format, err = workload.Detect(file)
		if errors.Is(err, workload.ErrUnknownForm) {
			err = fmt.Errorf("%w (--format)", err)
		}
		if err != nil {
			return t, err
		}
	}
	models, err := workload.Only(0)
	if err != nil {
		return t, err
	}
	lane := workload.Lane{Name: "trace", Seed: 1, Models: models}
	switch t.format {
	case "servegen":
		clients, err := workload.ReadServeGen(file, o.clients)
		t.open = func() (workload.Source, error) { return lane.Generate(clients) }
		return t, err
	case "azure-functions-2019":
		counts, err := workload.ReadAzureFunctions(file, models, 1)
		t.open = func() (workload.Source, error) { return lane.Replay(counts) }
		return t, err
	}
	columns, err := o.table(t.format)
	t.open = func() (workload.Source, error) { return lane.OpenTable(file, columns) }
	return t, err
}

// table returns the columns of a form.
func (o traceOptions) table(format string) (workload.Columns, error) {
	if format == "csv" || format == "jsonl" {
		c := o.columns
		c.JSON = format == "jsonl"
		unit, err := workload.ParseUnit(o.unit)
		if err != nil {
			return c, err
		}
		c.Unit = unit
		if err = c.Check(); err != nil {
			err = fmt.Errorf("--format %s: %w", format, err)
		}
		return c, err
	}
	for _, f := range workload.Formats() {
		if f.Name == format && f.Table != nil {
			return f.Table(), nil
		}
	}
	return workload.Columns{}, fmt.Errorf("--format: there is no form of trace %q; see --help", format)
}

func inspectCommand() *cobra.Command {
	var o traceOptions
	var out string
	var block int
	c := &cobra.Command{
		Use:   "inspect FILE",
		Short: "Print what a trace is like: rates, burstiness, lengths, shared prefixes",
		Args:  inputArgs(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if block < 1 {
				return input(fmt.Errorf("--block %d: less than one token", block))
			}
			t, err := openTrace(args[0], o)
			if err != nil {
				return input(err)
			}
			p, err := t.portrait(block)
			if err != nil {
				return input(err)
			}
			fmt.Fprintf(c.OutOrStdout(), "%s: %s\n", filepath.Base(t.path), t.format)
			if err := printPortrait(c.OutOrStdout(), p, block); err != nil || out == "" {
				return err
			}
			return savePicture(c.OutOrStdout(), out, filepath.Base(t.path), p)
		},
	}
	traceFlags(c, &o)
	c.Flags().StringVar(&out, "out", "", "folder for a picture, trace.png and trace.svg")
	c.Flags().IntVar(&block, "block", 16, "tokens of a block of the prefix cache")
	return c
}

// portrait reads the whole trace.
func (t opened) portrait(block int) (*portrait.Portrait, error) {
	src, err := t.open()
	if err != nil {
		return nil, err
	}
	p, err := portrait.Of(src, block, kernel.Never)
	if closed := src.Close(); err == nil {
		err = closed
	}
	if err != nil && !strings.Contains(err.Error(), t.path) {
		err = fmt.Errorf("%s: %w", t.path, err)
	}
	return p, err
}

// quantiles are the shares that are printed.
var quantiles = []float64{0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1}

func printPortrait(out io.Writer, p *portrait.Portrait, block int) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "requests\t%d in %v\n", p.Requests, p.Span().Round(time.Millisecond))
	if p.Failed > 0 || p.LeftOut > 0 {
		fmt.Fprintf(w, "skipped\t%d failed, %d others\n", p.Failed, p.LeftOut)
	}
	fmt.Fprintf(w, "rate\t%s/s mean, %s/s in the busiest minute\n", short(p.Rate()), short(p.Busiest()))
	fmt.Fprintf(w, "gaps\tcoefficient of variation %s (Poisson: 1), %s of them zero\n", short(p.Gaps.Variation()), percent(p.Gaps.Zero()))
	fmt.Fprintf(w, "counts\tindex of dispersion %s per second, %s per minute (Poisson: 1)\n", short(p.Second.Dispersion()), short(p.Minute.Dispersion()))
	if p.HasLengths() {
		correlation, copula := p.Joint.Correlation(), p.Joint.Copula()
		fmt.Fprintf(w, "tokens\tinput and output correlate by %s, their normal scores by %s\n", short(correlation), short(copula))
		fmt.Fprintf(w, "prefixes\t%s of the input tokens are in an endless cache of blocks of %d\n", percent(p.Prefix.Share()), block)
	}
	if p.Sessions > 0 {
		fmt.Fprintf(w, "sessions\t%s of the requests belong to one\n", percent(float64(p.Sessions)/float64(p.Requests)))
	}
	if err := w.Flush(); err != nil || !p.HasLengths() {
		return err
	}
	w = tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\n\tmean\tcv\t")
	for _, q := range quantiles[:len(quantiles)-1] {
		fmt.Fprintf(w, "p%g\t", 100*q)
	}
	fmt.Fprint(w, "most\t\n")
	for _, l := range []struct {
		name    string
		lengths *portrait.Lengths
	}{{"input", &p.Input}, {"output", &p.Output}} {
		fmt.Fprintf(w, "%s\t%.1f\t%s\t", l.name, l.lengths.Mean(), short(l.lengths.Variation()))
		for _, q := range quantiles {
			fmt.Fprintf(w, "%d\t", l.lengths.Quantile(q))
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// short prints three digits, and a number that is none as a dash.
func short(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case math.Abs(v) >= 100:
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

func percent(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*v)
}

// savePicture draws a trace into a folder.
func savePicture(out io.Writer, folder, name string, p *portrait.Portrait) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return input(err)
	}
	step, rates := p.Rates(int(max(1, min(300, p.Requests/10))))
	picture := reports.TracePicture{Title: fmt.Sprintf("%s: %d requests", name, p.Requests), Step: step.Seconds(), Rates: rates}
	if p.HasLengths() {
		picture.Input, picture.Output = bars(&p.Input), bars(&p.Output)
	}
	for _, format := range []string{"png", "svg"} {
		image, err := picture.Encode(format)
		if err != nil {
			return err
		}
		path := filepath.Join(folder, "trace."+format)
		if err := os.WriteFile(path, image, 0o644); err != nil {
			return input(err)
		}
		fmt.Fprintf(out, "wrote %s\n", path)
	}
	return nil
}

// bars cuts lengths into about 40 bars that are equally wide on a logarithmic axis, as far as whole numbers allow that.
func bars(l *portrait.Lengths) []reports.Bar {
	var list []reports.Bar
	low := l.Least()
	factor := math.Pow(float64(l.Most()+1)/float64(max(1, low)), 1.0/40)
	for low <= l.Most() {
		high := max(low+1, int(math.Round(float64(low)*factor)))
		list = append(list, reports.Bar{Low: float64(low), High: float64(high), Share: l.Share(low, high)})
		low = high
	}
	return list
}

// inputArgs marks a wrong number of arguments as the user's.
func inputArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error { return input(check(c, args)) }
}
