package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"wavetank/scenarios"
	"wavetank/sim/kernel"
	"wavetank/sim/quantity"
	"wavetank/workload/portrait"
)

// fitOptions say what is written beside the workload.
type fitOptions struct {
	trace          traceOptions
	out            string
	model, machine string
	machines       int
	latency        time.Duration
}

func fitCommand() *cobra.Command {
	var o fitOptions
	c := &cobra.Command{
		Use:   "fit FILE --out SCENARIO",
		Short: "Write a synthetic scenario that resembles a trace, and say how well it does",
		Args:  inputArgs(cobra.ExactArgs(1)),
		RunE:  func(c *cobra.Command, args []string) error { return fit(c.OutOrStdout(), args[0], o) },
	}
	traceFlags(c, &o.trace)
	f := c.Flags()
	f.StringVar(&o.out, "out", "", "the scenario file to write")
	f.StringVar(&o.model, "model", "resnet", "model that answers the requests")
	f.StringVar(&o.machine, "machine", "aws/g4dn.xlarge", "machine type of the fleet")
	f.IntVar(&o.machines, "max", 20, "most machines")
	f.DurationVar(&o.latency, "slo", 10*time.Second, "objective of the latency")
	return c
}

func fit(out io.Writer, path string, o fitOptions) error {
	if o.out == "" {
		return input(errors.New("--out: name the scenario file to write"))
	}
	t, err := openTrace(path, o.trace)
	if err != nil {
		return input(err)
	}
	p, l, err := portrait.Fit(t.open, kernel.Never)
	if err != nil {
		if !strings.Contains(err.Error(), path) {
			err = fmt.Errorf("%s: %w", path, err)
		}
		return input(err)
	}
	before, existed := os.ReadFile(o.out)
	if err := os.WriteFile(o.out, []byte(o.scenario(t, l)), 0o644); err != nil {
		return input(err)
	}
	q, err := drawn(o.out, l.Span)
	if err != nil { // nothing is left behind
		if existed == nil {
			err = errors.Join(err, os.WriteFile(o.out, before, 0o644))
		} else {
			err = errors.Join(err, os.Remove(o.out))
		}
		return input(err)
	}
	fmt.Fprintf(out, "wrote %s\n\n", o.out)
	return printFit(out, p, q)
}

// drawn is the portrait of what a scenario makes.
func drawn(path string, span time.Duration) (*portrait.Portrait, error) {
	f, err := scenarios.Load(path, nil)
	if err != nil {
		return nil, err
	}
	e, err := f.Prepare()
	if err != nil {
		return nil, err
	}
	src, err := e.Requests(0)
	if err != nil {
		return nil, err
	}
	q, err := portrait.Of(src, 16, kernel.Time(span))
	return q, errors.Join(err, src.Close())
}

// scenario writes the file.
func (o fitOptions) scenario(t opened, l *portrait.Likeness) string {
	var b strings.Builder
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(filepath.Base(t.path), ".gz"), filepath.Ext(strings.TrimSuffix(t.path, ".gz")))))
	fmt.Fprintf(&b, "name: %s\nabout: %q\n", "like-"+strings.Trim(name, "-"), "Resembles the trace "+filepath.Base(t.path)+" ("+t.format+").")
	seconds := max(1, (l.Span+time.Second-1).Truncate(time.Second)/time.Second)
	fmt.Fprintf(&b, "duration: %ds\nreplications: 3\nworkload:\n  - model: %s\n    slo: {latency: %v}\n", seconds, o.model, o.latency)
	writeArrivals(&b, l)
	writeLaw(&b, "input", l.Input)
	writeLaw(&b, "output", l.Output)
	if l.Correlation != 0 {
		fmt.Fprintf(&b, "    correlation: %.3f\n", l.Correlation)
	}
	fmt.Fprintf(&b, "fleet:\n  - {machine: %s, max: %d}\npolicies:\n  - static-peak\n", o.machine, o.machines)
	return b.String()
}

func writeArrivals(b *strings.Builder, l *portrait.Likeness) {
	indent := "      "
	b.WriteString("    arrivals:\n")
	if l.Bulk > 1 {
		fmt.Fprintf(b, "      bulk:\n        mean-size: %.4g\n        arrivals:\n", l.Bulk)
		indent = "          "
	}
	gaps, gamma := fmt.Sprintf("gaps: {%s: {scv: %.4g}}", l.Gaps.Kind, l.Gaps.SCV), l.Gaps.Kind == "gamma"
	if gamma {
		gaps = fmt.Sprintf("cv: %.3g", l.Gaps.CV())
	}
	if len(l.Rates) == 1 {
		kind := "renewal"
		if gamma {
			kind = "gamma"
		}
		fmt.Fprintf(b, "%s%s: {rate: %.6g/s, %s}\n", indent, kind, l.Rates[0], gaps)
		return
	}
	fmt.Fprintf(b, "%ssteps:\n%s  step: %s\n%s  %s\n%s  rates: [", indent, indent, quantity.Duration(l.Step), indent, gaps, indent)
	for i, r := range l.Rates {
		if i > 0 {
			b.WriteString(",")
			if i%12 == 0 {
				fmt.Fprintf(b, "\n%s   ", indent)
			}
			b.WriteString(" ")
		}
		fmt.Fprintf(b, "%.4g/s", r)
	}
	b.WriteString("]\n")
}

func writeLaw(b *strings.Builder, name string, l portrait.Law) {
	switch l.Kind {
	case "fixed":
		fmt.Fprintf(b, "    %s: {fixed: {value: %d}}\n", name, l.Value)
	case "lognormal":
		fmt.Fprintf(b, "    %s: {lognormal: {mean: %.6g, deviation: %.6g, least: %d, most: %d}}\n", name, l.Mean, l.Deviation, l.Least, l.Most)
	case "histogram":
		fmt.Fprintf(b, "    %s:\n      histogram:\n        bins:\n", name)
		for _, bin := range l.Bins {
			fmt.Fprintf(b, "          - {from: %d, upto: %d, share: %.4g}\n", bin.From, bin.Upto, bin.Share)
		}
	}
}

// printFit sets a trace beside what resembles it. Distances are those of Kolmogorov and Smirnov.
func printFit(out io.Writer, p, q *portrait.Portrait) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\ttrace\tsynthetic\tKS distance\t\n")
	row := func(name string, of func(*portrait.Portrait) float64, distance string) {
		if distance == "" {
			distance = "–"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t\n", name, short(of(p)), short(of(q)), distance)
	}
	row("requests", func(p *portrait.Portrait) float64 { return float64(p.Requests) }, "")
	row("rate per second", (*portrait.Portrait).Rate, "")
	row("busiest minute, per second", (*portrait.Portrait).Busiest, "")
	row("coefficient of variation of gaps", func(p *portrait.Portrait) float64 { return p.Gaps.Variation() }, fmt.Sprintf("%.3f", p.Gaps.Distance(&q.Gaps)))
	row("dispersion of counts per minute", func(p *portrait.Portrait) float64 { return p.Minute.Dispersion() }, "")
	if p.HasLengths() {
		row("mean input", func(p *portrait.Portrait) float64 { return p.Input.Mean() }, fmt.Sprintf("%.3f", p.Input.Distance(&q.Input)))
		row("p99 of input", func(p *portrait.Portrait) float64 { return float64(p.Input.Quantile(0.99)) }, "")
		row("mean output", func(p *portrait.Portrait) float64 { return p.Output.Mean() }, fmt.Sprintf("%.3f", p.Output.Distance(&q.Output)))
		row("p99 of output", func(p *portrait.Portrait) float64 { return float64(p.Output.Quantile(0.99)) }, "")
		row("correlation of normal scores", func(p *portrait.Portrait) float64 { return p.Joint.Copula() }, "")
	}
	return w.Flush()
}
