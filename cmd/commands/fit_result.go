package commands

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"wavetank/reports/figures"
	"wavetank/reports/store"
	"wavetank/scenarios/builtin"
	"wavetank/scenarios/calibrate/fit"
	"wavetank/sim/profile"
	"wavetank/sim/quantity"
)

// resultOptions say which files a fit writes: a step-time file with the source of the measurements,
// and a picture.
type resultOptions struct {
	out, figure string
	file        builtin.StepTimeFile
}

func (o *resultOptions) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.out, "out", "", "step-time file to write")
	f.StringVar(&o.figure, "figure", "", "picture to draw, .png or .svg: distributions, each item against its measurement, residuals")
	f.StringVar(&o.file.Name, "name", "fitted", "name of the step-time model")
	f.StringVar(&o.file.Model, "model", "unnamed", "network that was measured")
	f.StringVar(&o.file.GPU, "gpu", "unnamed", "kind of GPU")
	f.IntVar(&o.file.GPUs, "gpus", 1, "GPUs of the replica")
	f.StringVar(&o.file.Source, "source", "", "source of the measurements (default: the name of the file)")
	f.StringVar(&o.file.Date, "date", "", "date of the measurements")
}

// check reports faults of the flags, before any work is done.
func (o *resultOptions) check() error {
	var fault error
	if o.file.Name == "" || o.file.GPUs < 1 {
		fault = fmt.Errorf("--name %q, --gpus %d: a step-time model has a name and at least one GPU", o.file.Name, o.file.GPUs)
	}
	return errors.Join(fault, checkTarget(o.out), checkFigure(o.figure))
}

// coefficients prints values with their intervals and keeps the intervals for the file.
func (o *resultOptions) coefficients(w io.Writer, parameters []fit.Parameter, values, low, high []float64) {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "coefficient\tvalue\t95 %% interval\n")
	for i, p := range parameters {
		fmt.Fprintf(tab, "%s\t%s\t%s to %s\n", p.Name, digits(values[i]), digits(low[i]), digits(high[i]))
		o.file.Intervals = append(o.file.Intervals, builtin.CoefficientInterval{Of: p.Name, Low: digits(low[i]), High: digits(high[i])})
	}
	tab.Flush() // an error of w shows up at the next write
	fmt.Fprintln(w)
}

// write writes the file and the picture, each if it is asked for. It writes nothing if one of them
// cannot be made. Predicted is the label in the picture for the values that are compared with the
// measured ones.
func (o *resultOptions) write(rows, title, predicted string, list []figures.ParityItem) error {
	var file, picture []byte
	var err error
	if o.file.Rows = rows; o.out != "" {
		if file, err = o.file.Text(); err != nil {
			return err
		}
	}
	if o.figure != "" {
		if picture, err = figures.Parity(title, predicted, list, pictureFormat(o.figure)); err != nil {
			return input(fmt.Errorf("--figure %s: %w", o.figure, err))
		}
	}
	for path, text := range map[string][]byte{o.out: file, o.figure: picture} {
		if path != "" && err == nil {
			err = store.WriteWhole(path, text)
		}
	}
	return err
}

// digits rounds to four digits, because no fit is more precise.
func digits(seconds float64) quantity.Span { return quantity.Span(seconds).Round(4) }

// rounded returns the coefficients with four digits.
func rounded(s profile.StepTime) builtin.Coefficients {
	c := builtin.CoefficientsOf(s)
	for _, f := range []*builtin.Form{&c.Compute, &c.Memory, &c.Overhead} {
		for _, v := range f.Spans() {
			*v = digits(float64(*v))
		}
	}
	c.Experts.Each = digits(float64(c.Experts.Each))
	return c
}
