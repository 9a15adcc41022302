package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"wavetank/reports/store"
	"wavetank/scenarios"
	"wavetank/scenarios/file"
	"wavetank/sim/kernel"
	"wavetank/workload"
	"wavetank/workload/characterize"
)

// fitOptions are the flags of trace fit.
type fitOptions struct {
	trace       traceOptions
	out, figure string
	fleet       fleetOptions
	judge       bool
}

func traceFitCommand() *cobra.Command {
	var o fitOptions
	c := &cobra.Command{
		Use:   "fit FILE --out SCENARIO",
		Short: "Write a synthetic scenario like a trace, and compare the two",
		Args:  cobra.ExactArgs(1),
		RunE:  func(c *cobra.Command, args []string) error { return fitTrace(c.Context(), c.OutOrStdout(), args[0], o) },
	}
	traceFlags(c, &o.trace)
	f := c.Flags()
	f.StringVar(&o.out, "out", "", "the scenario file to write")
	f.StringVar(&o.figure, "figure", "", "picture of the trace and the scenario to draw, .png or .svg")
	f.StringVar(&o.fleet.model, "model", "", "model that serves the requests (default: resnet, or for requests with tokens an 8B LLM)")
	f.StringVar(&o.fleet.machine, "machine", "", "machine type of the fleet (default: aws/g4dn.xlarge, or aws/p5.4xlarge for the 8B LLM)")
	f.IntVar(&o.fleet.machines, "max", 20, "most machines of the fleet")
	f.DurationVar(&o.fleet.latency, "slo", 0, "latency objective (default: 10s, or for the 8B LLM 2s to the first token and 50ms per token)")
	f.BoolVar(&o.judge, "judge", false, "also simulate the trace and the scenario on this fleet, and compare the results")
	return c
}

func fitTrace(ctx context.Context, out io.Writer, path string, o fitOptions) error {
	if o.out == "" {
		return input(errors.New("--out: name the scenario file to write"))
	}
	if err := errors.Join(checkTarget(o.out), checkFigure(o.figure)); err != nil {
		return input(err)
	}
	t, err := openTrace(path, o.trace)
	if err != nil {
		return input(err)
	}
	if t.timeless {
		return input(fmt.Errorf("%s: it has lengths, but no times: say how many requests come per second (--rate)", path))
	}
	look := o.trace.look(16)
	p, l, err := characterize.Fit(t.open, look)
	if err != nil {
		return input(t.named(err))
	}
	if o.trace.rate > 0 && t.format == "lengths" { // the times are no part of the trace
		l.Span = max(l.Span, 10*time.Minute)
		l.Rates, l.Bulk, l.Gaps = []float64{o.trace.rate}, 0, characterize.GapDistribution{Kind: "gamma", SCV: 1}
	}
	if p.Counts != nil {
		look.Window = p.Counts.Length()
	}
	look.From, look.Until = 0, kernel.Time(l.Span)
	like := []byte(o.fleet.like(t, p, l))
	q, err := drawn(o.out, like, look)
	if err != nil {
		return input(err)
	}
	if err := store.WriteWhole(o.out, like); err != nil {
		return err
	}
	fmt.Fprintf(out, "wrote %s\n", o.out)
	if o.figure != "" {
		if err := savePicture(out, o.figure, filepath.Base(t.path), p, q); err != nil {
			return err
		}
	}
	fmt.Fprintln(out)
	if err := printFit(out, p, q); err != nil || !o.judge {
		return err
	}
	return o.fleet.judge(ctx, out, t, p, l)
}

// drawn characterizes the requests of a scenario. Answers take as long as those of the trace.
func drawn(name string, text []byte, look characterize.Reading) (*characterize.Characteristics, error) {
	f, err := file.Read(name, text)
	if err != nil {
		return nil, err
	}
	e, err := scenarios.Prepare(f)
	if err != nil {
		return nil, err
	}
	return characterize.Of(func() (workload.Source, error) {
		src, err := e.Requests(0)
		if err != nil {
			return nil, err
		}
		return workload.Answered(src, look.Answers.For), nil
	}, look)
}

// printFit prints a trace beside its synthetic scenario, with Kolmogorov–Smirnov distances.
func printFit(out io.Writer, p, q *characterize.Characteristics) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\ttrace\tsynthetic\tKS distance\t\n")
	row := func(name string, of func(*characterize.Characteristics) float64, distance string) {
		if distance == "" {
			distance = "–"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t\n", name, short(of(p)), short(of(q)), distance)
	}
	row("requests", func(p *characterize.Characteristics) float64 { return float64(p.Requests) }, "")
	row("rate per second", (*characterize.Characteristics).Rate, "")
	row("busiest minute, per second", (*characterize.Characteristics).Busiest, "")
	if p.Counts != nil {
		row(fmt.Sprintf("dispersion of counts per %v", p.Counts.Length()), func(p *characterize.Characteristics) float64 { return p.Counts.Dispersion() }, distance(p.Counts.Distance(q.Counts)))
	} else {
		row("coefficient of variation of gaps", func(p *characterize.Characteristics) float64 { return p.Gaps.Variation() }, distance(p.Gaps.Distance(&q.Gaps)))
	}
	row("dispersion of counts per minute", func(p *characterize.Characteristics) float64 { return p.Minute.Dispersion() }, "")
	if p.HasLengths() {
		row("mean input", func(p *characterize.Characteristics) float64 { return p.Input.Mean() }, distance(p.Input.Distance(&q.Input)))
		row("p99 of input", func(p *characterize.Characteristics) float64 { return float64(p.Input.Quantile(0.99)) }, "")
		row("mean output", func(p *characterize.Characteristics) float64 { return p.Output.Mean() }, distance(p.Output.Distance(&q.Output)))
		row("p99 of output", func(p *characterize.Characteristics) float64 { return float64(p.Output.Quantile(0.99)) }, "")
		row("correlation of normal scores", func(p *characterize.Characteristics) float64 { return p.Joint.Copula() }, "")
	}
	if p.Prefix.Hit > 0 || q.Prefix.Hit > 0 {
		row("found by an endless cache, percent", func(p *characterize.Characteristics) float64 { return 100 * p.Prefix.Share() }, "")
		for _, part := range []float64{0.5, 0.9} {
			size := max(p.Prefix.Needed(part), q.Prefix.Needed(part))
			row("found by a cache of "+thousands(size)+" tokens, percent", func(p *characterize.Characteristics) float64 { return 100 * p.Prefix.ShareOf(size) }, "")
		}
	}
	if a, b := p.Talks, q.Talks; a != nil && b != nil && a.Followed > 0 && b.Followed > 0 {
		row("conversations", func(p *characterize.Characteristics) float64 { return float64(p.Talks.Starts.Requests) }, "")
		row("turns seen of a conversation", func(p *characterize.Characteristics) float64 { return p.Talks.Mean() }, "")
		row("median pause, seconds", func(p *characterize.Characteristics) float64 { return p.Talks.Pauses.Quantile(0.5) }, distance(a.Pauses.Gaps.Distance(&b.Pauses.Gaps)))
		row("mean input of a first turn", func(p *characterize.Characteristics) float64 { return p.Talks.First.Mean() }, distance(a.First.Distance(&b.First)))
		row("mean tokens that a later turn adds", func(p *characterize.Characteristics) float64 { return p.Talks.Later.Mean() }, distance(a.Later.Distance(&b.Later)))
	}
	return w.Flush()
}

// distance writes a Kolmogorov–Smirnov distance.
func distance(d float64) string { return fmt.Sprintf("%.3f", d) }
