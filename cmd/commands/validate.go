package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"wavetank/scenarios/validation"
	"wavetank/workload/table"
)

func validateCommand() *cobra.Command {
	var quick bool
	var look validationLook
	var parallel int
	var seed uint64
	var table string
	var coverage coverageOptions
	c := &cobra.Command{
		Use:   "validate [--coverage [SCENARIO]]",
		Short: "Compare the simulator with queueing theory (takes minutes; with --quick well under one)",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o := validation.Full()
			if quick {
				o = validation.Quick()
			}
			o.Seed, o.Parallel = seed, parallel
			if err := errors.Join(coverage.check(c, args), look.check()); err != nil {
				return input(err)
			}
			if coverage.wanted {
				return validateCoverage(c, coverage, parallel, look)
			}
			if c.Flags().Changed("table") {
				return validateTable(c, o, table, look)
			}
			return validate(c, o, look)
		},
	}
	c.Flags().BoolVar(&quick, "quick", false, "simulate less")
	c.Flags().BoolVar(&look.page, "markdown", false, "print the page of the documentation")
	formatFlags(c, &look.format, "quantities", "coverage")
	c.Flags().StringVar(&table, "table", "", "compare a table of theory (CSV: model, params, quantity, value) with formulas and simulations, instead of the built-in systems")
	coverage.flags(c)
	countFlag(c.Flags(), &parallel, "parallel", runtime.GOMAXPROCS(0), 1, mostParallel, "runs at a time; the result does not depend on it")
	c.Flags().Uint64Var(&seed, "seed", 1, "seed of all random draws")
	return c
}

// validationLook says how comparisons with theory are printed.
type validationLook struct {
	page   bool // as the page of the documentation
	format formatOptions
}

func (o validationLook) check() error {
	err := o.format.check()
	if o.page && !o.format.isText() {
		err = errors.Join(err, errors.New("--markdown and --format: give only one of them"))
	}
	return err
}

// validate compares the simulator with theory, and prints the result and its negative control.
// After an interruption it prints the comparisons made so far.
func validate(c *cobra.Command, o validation.Options, look validationLook) error {
	result, err := watched(c, o, validation.Run)
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	if result.Done == 0 {
		return interruption("no system was simulated")
	}
	var control *validation.Report
	if err == nil {
		var perturbed validation.Report
		if perturbed, err = watched(c, o, validation.Control); err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
		if err == nil {
			control = &perturbed
		}
	}
	if fault := look.print(c.OutOrStdout(), result, control); fault != nil {
		return fault
	}
	switch {
	case err != nil:
		return interruption(fmt.Sprintf("%d of %d systems were simulated and are printed, without the negative control", result.Done, result.Systems))
	case !result.Agrees():
		return errors.New("the simulator does not agree with theory")
	case control.JointlyAgrees():
		return errors.New("the comparison did not notice the negative control: it is not sensitive enough")
	}
	return nil
}

// validateTable compares the values in a table with formulas and simulations, and prints the
// result.
func validateTable(c *cobra.Command, o validation.Options, name string, look validationLook) error {
	file, err := table.OpenFile(name)
	if err != nil {
		return input(err)
	}
	claims, err := validation.ReadClaims(name, file)
	if err = errors.Join(err, file.Close()); err != nil {
		return input(err)
	}
	judgement, err := watched(c, o, func(ctx context.Context, o validation.Options) (*validation.Judgement, error) {
		return validation.Check(ctx, claims, o)
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	show := judgement.Print
	switch {
	case look.page:
		show = judgement.Markdown
	case !look.format.isText():
		show = func(w io.Writer) error { return look.format.write(w, claimsTable(judgement)) }
	}
	if fault := show(c.OutOrStdout()); fault != nil {
		return fault
	}
	if err != nil {
		return interruption("the results until then are printed")
	}
	if !judgement.Agrees() {
		return errors.New("the table, the formulas and the simulator do not agree")
	}
	return nil
}

// watched runs a comparison, and shows the progress of each kind of runs.
func watched[R any](c *cobra.Command, o validation.Options, run func(context.Context, validation.Options) (R, error)) (R, error) {
	bar := progress{w: c.ErrOrStderr()}
	defer bar.stop()
	o.Progress = func(runs string, done, of int) {
		bar.begin(runs, of)
		bar.update(done, of)
	}
	return run(c.Context(), o)
}

func (o validationLook) print(w io.Writer, result validation.Report, control *validation.Report) error {
	if !o.format.isText() {
		return o.format.write(w, quantitiesTable(result, control))
	}
	heading, rest := "\nNegative control: service is %.0f %% slower than the theory assumes.\n", "\nNot simulated:\n"
	table := result.Print
	if o.page {
		fmt.Fprintf(w, "# Validation against queueing theory\n\nThis page is what `wavetank validate --quick --markdown` prints. Without `--quick` it simulates fifteen times as much.\n\n")
		heading, rest, table = "\n## Negative control\n\nService is %.0f %% slower than the theory assumes.\n", "\n## Not simulated\n\n", result.Markdown
	}
	if err := table(w); err != nil {
		return err
	}
	if control != nil {
		verdict := "noticed, as it must be"
		if control.JointlyAgrees() {
			verdict = "NOT NOTICED"
		}
		fmt.Fprintf(w, heading, 100*(validation.Perturbation-1))
		fmt.Fprintf(w, "%d of %d headline scores lie beyond their 95 %% point, where chance alone gives %d to %d: %s.\n",
			control.Beyond, control.Headlines, control.Fewest, control.Most, verdict)
	}
	fmt.Fprint(w, rest)
	for _, l := range validation.LeftOut {
		fmt.Fprintf(w, "- %s: %s\n", l.Family, l.Reason)
	}
	if o.page {
		fmt.Fprint(w, ownTables)
	}
	return nil
}

// ownTables is the section of the page on tables that readers make.
const ownTables = `
## Tables of your own

` + "`wavetank validate --table FILE` takes a table with the columns `model`, `params`, `quantity` and `value`, named as on this page, such as" + `

    model,params,quantity,value
    M/M/c,c=50;lam=47.5;mu=1,W,1.251638
    M/G/1:Lognormal(mean1,scv9),lam=0.7,Wq,11.666667

Every value is compared with its formula. It agrees up to 1e-9 of itself. A value that is written with four digits or more agrees up to one unit of the last.

Systems of families that can be simulated are simulated, too:

- Each quantity is simulated until its 95 % interval is narrower than ± 5 %, or until its run is 16 times as long as it began.
- Runs that are still wider, and runs whose second half differs from the first, are reported as too short.
- What disagrees is simulated again in longer runs.
- A value outside its own 95 % interval is shown as such. It disagrees if its z is one that chance exceeds for one value of 100 000. So what is said of a value depends on no other row.

Unknown families, quantities and parameters are named.

| exit code | when |
|---|---|
| 0 | all that could be told agrees |
| 1 | something disagrees or is not known |
| 2 | the file is not such a table |
| 130 | after Ctrl-C; what is done is printed |
`
