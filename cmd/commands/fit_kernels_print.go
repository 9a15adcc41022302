package commands

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"wavetank/reports/figures"
	"wavetank/scenarios/builtin"
	"wavetank/scenarios/calibrate/kernels"
	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// printKernelFit prints a step-time model that was fitted to kernels, and writes its files.
func printKernelFit(w io.Writer, o *resultOptions, f kernels.KernelFit, s *kernels.KernelProfile) error {
	model, err := f.StepTime()
	if err != nil {
		return err
	}
	o.file.StepTime = rounded(model)
	o.coefficients(w, f.Parameters, f.Values, f.Low, f.High)
	if err := printSteps(w, o, f.Groups, s.Checks); err != nil {
		return err
	}
	for _, note := range o.file.Notes {
		fmt.Fprintf(w, "\nNote: %s\n", note)
	}
	var list []figures.ParityItem
	rows, heldOut := 0, 0
	for _, p := range f.Groups {
		n, _ := p.MeanError(false)
		m, _ := p.MeanError(true)
		rows, heldOut = rows+n, heldOut+m
		list = append(list, figures.ParityItem{Name: strings.ToUpper(p.Name[:1]) + p.Name[1:], Seconds: true, Measured: p.Measured, Predicted: p.Modelled, HeldOut: p.HeldOut})
	}
	return o.write(fmt.Sprintf("%s timed by the tables fitted to, %d held out", count(rows, "step", "steps"), heldOut), o.file.Source, "by the step-time model", list)
}

// tabulate makes a step-time model of the tables themselves, prints what they hold, and writes the
// step-time file. The GPU waits for the engine for some seconds in each step, and for each
// sequence.
func (o *fitKernelsOptions) tabulate(w io.Writer, s *kernels.KernelProfile, step, sequence float64) error {
	table, file := kernels.StepTable(s.StepTimer), &o.result.file
	file.StepTime = builtin.Coefficients{Overhead: builtin.Form{Constant: quantity.Span(step), Sequence: quantity.Span(sequence)}, Table: &table}
	if faults := strict.Validate(&file.StepTime); len(faults) > 0 {
		return input(fmt.Errorf("%s: %w", s.Name, faults))
	}
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "time of\tby\tsizes\n")
	sizes := func(of, by string, list builtin.Sizes) {
		if len(list) > 0 {
			fmt.Fprintf(tab, "%s\t%s\t%d: %d to %d\n", of, by, len(list), list[0], list[len(list)-1])
		}
	}
	sizes("kernels of tokens", "tokens", table.Tokens.At)
	if table.Sequences != nil {
		sizes("kernels of sequences", "sequences", table.Sequences.At)
	}
	if table.Experts != nil {
		sizes("experts", "tokens", table.Experts.At)
	}
	sizes("attention, decode", "sequences", table.Decode.Sequences)
	sizes("", "context", table.Decode.Context)
	sizes("attention, prefill", "cached tokens", table.Prefill.Cached)
	sizes("", "computed tokens", table.Prefill.Computed)
	if m := table.Mixed; m != nil {
		sizes("attention, prefill and decode", "computed tokens", m.Computed)
		sizes("", "cached tokens", m.Cached)
		sizes("", "sequences", m.Sequences)
		sizes("", "context", m.Context)
	}
	tab.Flush() // an error of w shows up at the next write
	fmt.Fprintln(w)
	tab = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if of := printChecks(tab, s.Checks); of != "" {
		file.Error = "mean absolute differences " + of
	}
	if err := tab.Flush(); err != nil {
		return err
	}
	for _, note := range file.Notes {
		fmt.Fprintf(w, "\nNote: %s\n", note)
	}
	return o.result.write("the tables themselves; nothing is fitted", file.Source, "by the step-time model", nil)
}

// printSteps prints the error of the model for each kind of step. It also prints the error of the
// tables at rows that were left out and interpolated. It keeps both for the step-time file.
func printSteps(w io.Writer, o *resultOptions, steps, checks []kernels.StepGroup) error {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "steps\tfitted to\tmean absolute difference\theld out\tmean absolute difference\n")
	var ofSteps []string
	for _, p := range steps {
		n, off := p.MeanError(false)
		m, offHeld := p.MeanError(true)
		fmt.Fprintf(tab, "%s\t%d\t%.1f %%\t%d\t%.1f %%\n", p.Name, n, 100*off, m, 100*offHeld)
		ofSteps = append(ofSteps, fmt.Sprintf("%s %.1f %%", p.Name, 100*offHeld))
	}
	o.file.Error = "mean absolute differences over steps held out: " + strings.Join(ofSteps, ", ")
	if len(checks) > 0 {
		fmt.Fprintf(tab, "\t\t\t\t\n")
	}
	if of := printChecks(tab, checks); of != "" {
		o.file.Error += "; " + of
	}
	return tab.Flush()
}

// printChecks prints the errors of tables at rows that were left out and interpolated. It returns
// them in words.
func printChecks(tab io.Writer, checks []kernels.StepGroup) string {
	var words []string
	if len(checks) > 0 {
		fmt.Fprintf(tab, "tables, interpolated\t\t\trows left out\tmean absolute difference\n")
	}
	for _, p := range checks {
		if n, off := p.MeanError(true); n > 0 {
			fmt.Fprintf(tab, "%s\t\t\t%d\t%.1f %%\n", p.Name, n, 100*off)
			words = append(words, fmt.Sprintf("%s %.1f %%", p.Name, 100*off))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "of the tables interpolated at rows left out: " + strings.Join(words, ", ")
}
