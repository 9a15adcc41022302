package commands

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/spf13/cobra"

	"wavetank/policies/optimize/program"
	"wavetank/policies/optimize/programfile"
	"wavetank/reports/store"
	"wavetank/reports/tables"
	"wavetank/workload/table"
)

// solveOptions are the flags of solve.
type solveOptions struct {
	limits   solveLimits
	solution string
	duals    bool
	ranges   bool
	format   formatOptions
}

// mostNodes is more nodes than any search visits.
const mostNodes = 1_000_000_000_000

func solveCommand() *cobra.Command {
	var o solveOptions
	c := &cobra.Command{
		Use:   "solve FILE",
		Short: "Solve a linear or mixed-integer program in an MPS or LP file",
		Long: `Solve a linear or mixed-integer program: a file in MPS (fixed or free) or in the LP format of
CPLEX, plain or compressed. A dash is standard input.

It prints the status, the objective of the best solution, the bound that no solution can pass, the
gap between them, the nodes of the search and its seconds. Ctrl-C ends the search; the best solution
so far is printed.

The exit code is 0 if there is an answer. It is also 0 if the program is infeasible or unbounded, or
if a limit was reached. It is 1 if rounding errors or an overflow left no answer, 2 if the file or a
flag cannot be used, and 130 after Ctrl-C.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return solve(c, args[0], o) },
	}
	f := c.Flags()
	f.StringVar(&o.solution, "solution", "", "file for the values of all columns and rows, as CSV; - prints them")
	f.BoolVar(&o.duals, "duals", false, "add reduced costs and dual values to the solution; in a program with integers they hold while the integers stay as in the solution")
	f.BoolVar(&o.ranges, "ranges", false, "add to the solution how far each cost and each limit of a row may move while the basis stays optimal; in a program with integers, while the integers stay as in the solution")
	f.DurationVar(&o.limits.time, "time", 0, "end the search after this time, such as 30s (default: no limit)")
	f.Float64Var(&o.limits.gap, "gap", 0, "end the search when objective and bound differ by at most this share of the objective, such as 0.01")
	countFlag(f, &o.limits.nodes, "nodes", mostNodes, 1, mostNodes, "end the search after this many nodes (default: no limit)")
	f.Lookup("nodes").DefValue = ""
	formatFlags(c, &o.format, "answer", "solution")
	return c
}

// check returns the faults of the flags for a file, joined.
func (o solveOptions) check(c *cobra.Command, file string) error {
	var faults []error
	if err := o.format.check(); err != nil {
		faults = append(faults, err)
	}
	if o.limits.time <= 0 && c.Flags().Changed("time") {
		faults = append(faults, fmt.Errorf("--time %v: want a span of time above 0", o.limits.time))
	}
	if !(o.limits.gap >= 0) || math.IsInf(o.limits.gap, 0) {
		faults = append(faults, fmt.Errorf("--gap %v: want a number of at least 0", o.limits.gap))
	}
	if o.duals && o.solution == "" {
		faults = append(faults, errors.New("--duals goes with --solution"))
	}
	if o.ranges && o.solution == "" {
		faults = append(faults, errors.New("--ranges goes with --solution"))
	}
	if c.Flags().Changed("solution") && o.solution == "" {
		faults = append(faults, errors.New("--solution: no file is named"))
	}
	if sameFile(o.solution, file) {
		faults = append(faults, fmt.Errorf("--solution: %s is the file of the program", o.solution))
	}
	if o.solution != "" && o.solution != "-" {
		if err := checkTarget(o.solution); err != nil {
			faults = append(faults, fmt.Errorf("--solution: %w", err))
		}
	}
	return errors.Join(faults...)
}

func solve(c *cobra.Command, name string, o solveOptions) error {
	if err := o.check(c, name); err != nil {
		return input(err)
	}
	p, err := readProgram(c, name)
	if err != nil {
		return input(err)
	}
	watch := newSolveWatch(c.ErrOrStderr())
	a, err := o.limits.solve(c.Context(), p, o.duals, watch.update)
	if err == nil && o.ranges && a.values != nil {
		err = a.addRanges(c.Context(), p)
	}
	watch.stop()
	if err != nil {
		return err
	}
	if err := o.print(c, p, a); err != nil {
		return err
	}
	a.doubt(c.ErrOrStderr(), p)
	switch {
	case a.status == statusInterrupted && a.values == nil:
		return interruption("no solution was found until then")
	case a.status == statusInterrupted:
		return interruption("the best solution until then is printed; it need not be optimal")
	case a.status == statusUnresolved:
		return errors.New("rounding errors, or values that are too large, prevented an answer")
	}
	return nil
}

// readProgram reads a program from a file, or from standard input if the name is "-". It prints
// warnings where other solvers may read another program from the file.
func readProgram(c *cobra.Command, name string) (*program.Program, error) {
	f := table.OnDisk(name)
	if name == "-" {
		f = table.File{Name: "standard input", Open: func() (io.ReadCloser, error) { return io.NopCloser(c.InOrStdin()), nil }}
	}
	var warnings []string
	p, err := unlessInterrupted(c.Context(), "the program was not read to its end", func() (p *program.Program, err error) {
		p, warnings, err = programfile.Read(f)
		return p, err
	})
	if err == nil {
		warn(c, warnings)
	}
	return p, err
}

// print writes the answer, and the solution if it is asked for.
func (o solveOptions) print(c *cobra.Command, p *program.Program, a *answer) error {
	out := c.OutOrStdout()
	here := o.solution == "-"
	switch {
	case o.format.format == "json" && len(o.format.only) == 0:
		if err := a.printJSON(out, p, here); err != nil {
			return err
		}
	case o.format.isText():
		a.printText(out)
		if here && a.values != nil {
			text, err := a.csv(p)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "\n%s", text)
		}
	default:
		list := tables.Output{Data: []tables.Data{a.answerTable()}}
		if here || slices.Contains(o.format.only, "solution") {
			list.Data = append(list.Data, a.solutionTable(p))
		}
		if err := o.format.write(out, list); err != nil {
			return err
		}
	}
	if o.solution == "" || here {
		return nil
	}
	if a.values == nil {
		reason := "no solution is known"
		switch a.status {
		case statusInfeasible:
			reason = "there is no solution"
		case statusUnbounded:
			reason = "no solution is the best"
		}
		fmt.Fprintf(c.ErrOrStderr(), "%s, so %s is not written\n", reason, o.solution)
		return nil
	}
	text, err := a.csv(p)
	if err != nil {
		return err
	}
	return store.WriteWhole(o.solution, text)
}
