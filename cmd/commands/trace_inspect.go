package commands

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"wavetank/workload/characterize"
)

func traceInspectCommand() *cobra.Command {
	var o traceOptions
	var figure string
	var block int
	var format formatOptions
	c := &cobra.Command{
		Use:   "inspect FILE",
		Short: "Characterize a trace: rates, burstiness, lengths, shared prefixes, conversations",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var fault error
			if block < 1 {
				fault = fmt.Errorf("--block %d: less than one token", block)
			}
			if err := errors.Join(fault, checkFigure(figure), format.check()); err != nil {
				return input(err)
			}
			t, err := openTrace(args[0], o)
			if err != nil {
				return input(err)
			}
			p, err := t.characterize(block)
			if err != nil {
				return input(err)
			}
			if !format.isText() {
				if err := format.write(c.OutOrStdout(), characteristicsTables(filepath.Base(t.path), p)); err != nil || figure == "" {
					return err
				}
				return savePicture(c.ErrOrStderr(), figure, filepath.Base(t.path), p, nil)
			}
			fmt.Fprintf(c.OutOrStdout(), "%s: %s\n", filepath.Base(t.path), t.format)
			if len(t.unused) > 0 {
				fmt.Fprintf(c.OutOrStdout(), "columns that are not used: %s\n", strings.Join(t.unused, ", "))
			}
			if err := printCharacteristics(c.OutOrStdout(), p, block, t.timeless); err != nil || figure == "" {
				return err
			}
			return savePicture(c.OutOrStdout(), figure, filepath.Base(t.path), p, nil)
		},
	}
	traceFlags(c, &o)
	c.Flags().StringVar(&figure, "figure", "", "picture to draw, .png or .svg")
	namedFormatFlags(c, &format, "as", "statistics", "lengths")
	c.Flags().IntVar(&block, "block", 16, "tokens of a block of the prefix cache")
	return c
}

// characterize reads the whole trace.
func (t opened) characterize(block int) (*characterize.Characteristics, error) {
	p, err := characterize.Of(t.open, t.options.look(block))
	return p, t.named(err)
}

// quantiles are the shares whose lengths are printed.
var quantiles = []float64{0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1}

func printCharacteristics(out io.Writer, p *characterize.Characteristics, block int, timeless bool) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if timeless {
		fmt.Fprintf(w, "requests\t%d without times\n", p.Requests)
	} else {
		printFlow(w, p)
	}
	if p.HasLengths() {
		correlation, copula := p.Joint.Correlation(), p.Joint.Copula()
		fmt.Fprintf(w, "tokens\tinput and output correlate by %s, their normal scores by %s\n", short(correlation), short(copula))
		fmt.Fprintf(w, "prefixes\t%s of the input tokens are found by an endless cache with blocks of %d tokens\n", percent(p.Prefix.Share()), block)
	}
	if p.Prefix.Hit > 0 {
		fmt.Fprintf(w, "\ta cache of ")
		for i, part := range []float64{0.5, 0.9, 0.99} {
			fmt.Fprintf(w, "%s%s tokens finds %g %% of these", []string{"", ", one of ", ", one of "}[i], thousands(p.Prefix.Needed(part)), 100*part)
		}
		fmt.Fprintln(w)
	}
	if p.Sessions > 0 {
		fmt.Fprintf(w, "sessions\t%s of the requests belong to one\n", percent(float64(p.Sessions)/float64(p.Requests)))
	}
	printTalks(w, p)
	if err := w.Flush(); err != nil || !p.HasLengths() {
		return err
	}
	w = tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\n\tmean\tcv\t")
	for _, q := range quantiles[:len(quantiles)-1] {
		fmt.Fprintf(w, "p%g\t", 100*q)
	}
	fmt.Fprint(w, "most\t\n")
	for _, l := range lengthsOf(p) {
		fmt.Fprintf(w, "%s\t%.1f\t%s\t", l.name, l.lengths.Mean(), short(l.lengths.Variation()))
		for _, q := range quantiles {
			fmt.Fprintf(w, "%d\t", l.lengths.Quantile(q))
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// printFlow prints when requests came.
func printFlow(w io.Writer, p *characterize.Characteristics) {
	fmt.Fprintf(w, "requests\t%d in %v\n", p.Requests, p.Span().Round(time.Millisecond))
	if p.Failed > 0 || p.LeftOut > 0 {
		fmt.Fprintf(w, "skipped\t%d failed, %s\n", p.Failed, count(int(p.LeftOut), "other", "others"))
	}
	fmt.Fprintf(w, "rate\t%s/s mean, %s/s in the busiest minute\n", short(p.Rate()), short(p.Busiest()))
	if p.Grid > 0 {
		fmt.Fprintf(w, "grid\ttimestamps lie %v apart, so that gaps say nothing; %s of them are zero\n", p.Grid, percent(p.Gaps.Zero()))
		fmt.Fprintf(w, "counts\tindex of dispersion %s per %v, %s per minute (Poisson: 1)\n", short(p.Counts.Dispersion()), p.Counts.Length(), short(p.Minute.Dispersion()))
	} else {
		fmt.Fprintf(w, "gaps\tcoefficient of variation %s (Poisson: 1), %s of them zero\n", short(p.Gaps.Variation()), percent(p.Gaps.Zero()))
		fmt.Fprintf(w, "counts\tindex of dispersion %s per second, %s per minute (Poisson: 1)\n", short(p.Second.Dispersion()), short(p.Minute.Dispersion()))
	}
}

// namedLengths are the lengths of a kind of text, in tokens.
type namedLengths struct {
	name    string
	lengths *characterize.LengthCounts
}

// lengthsOf returns the lengths that are printed of a trace.
func lengthsOf(p *characterize.Characteristics) []namedLengths {
	list := []namedLengths{{"input", &p.Input}, {"output", &p.Output}}
	if t := p.Talks; t != nil && t.Followed > 0 {
		list = append(list, namedLengths{"first turn", &t.First}, namedLengths{"later turn", &t.Later})
	}
	return list
}

// printTalks prints system prompts and conversations.
func printTalks(out io.Writer, p *characterize.Characteristics) {
	t := p.Talks
	if t == nil {
		return
	}
	for _, s := range t.Systems() {
		if s.Tokens > 0 {
			fmt.Fprintf(out, "system\t%s before %s of the conversations; variants: %d\n", count(int(s.Tokens), "token", "tokens"), percent(s.Share), s.Variants)
		}
	}
	if t.Followed == 0 {
		return
	}
	fmt.Fprintf(out, "talks\t%s of %s turns on average; after a turn, %s go on\n", count(int(t.Starts.Requests), "conversation", "conversations"), short(t.Mean()), percent(t.Pauses.Continues))
	fmt.Fprintf(out, "\tpauses: %s s on average, %s s at the median, above %s s in one of ten\n", short(t.Pauses.Mean()), short(t.Pauses.Quantile(0.5)), short(t.Pauses.Quantile(0.9)))
	fmt.Fprintf(out, "\t%s of the later prompts have all tokens of the turn before\n", percent(float64(t.Grown)/float64(t.Followed)))
}
