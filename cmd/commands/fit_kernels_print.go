package commands

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"wavetank/reports/figures"
	"wavetank/scenarios/calibrate/kernels"
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

// printSteps prints the error of the model for each kind of step. It also prints the error of the
// tables at rows that were left out and interpolated. It keeps both for the step-time file.
func printSteps(w io.Writer, o *resultOptions, steps, checks []kernels.StepGroup) error {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "steps\tfitted to\tmean absolute difference\theld out\tmean absolute difference\n")
	var ofSteps, ofChecks []string
	for _, p := range steps {
		n, off := p.MeanError(false)
		m, offHeld := p.MeanError(true)
		fmt.Fprintf(tab, "%s\t%d\t%.1f %%\t%d\t%.1f %%\n", p.Name, n, 100*off, m, 100*offHeld)
		ofSteps = append(ofSteps, fmt.Sprintf("%s %.1f %%", p.Name, 100*offHeld))
	}
	o.file.Error = "mean absolute differences over steps held out: " + strings.Join(ofSteps, ", ")
	if len(checks) > 0 {
		fmt.Fprintf(tab, "\t\t\t\t\ntables, interpolated\t\t\trows left out\tmean absolute difference\n")
	}
	for _, p := range checks {
		if n, off := p.MeanError(true); n > 0 {
			fmt.Fprintf(tab, "%s\t\t\t%d\t%.1f %%\n", p.Name, n, 100*off)
			ofChecks = append(ofChecks, fmt.Sprintf("%s %.1f %%", p.Name, 100*off))
		}
	}
	if len(ofChecks) > 0 {
		o.file.Error += "; of the tables interpolated at rows left out: " + strings.Join(ofChecks, ", ")
	}
	return tab.Flush()
}
