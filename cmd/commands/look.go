package commands

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"wavetank/reports/tables"
	"wavetank/scenarios"
)

// lookOptions are the flags that say how results are printed.
type lookOptions struct{ full, quiet bool }

func lookFlags(c *cobra.Command, o *lookOptions) {
	c.Flags().BoolVar(&o.full, "full", false, "print every table, not only what decides")
	c.Flags().BoolVar(&o.quiet, "quiet", false, "print only the verdict and the folder")
}

func (o lookOptions) check() error {
	if o.full && o.quiet {
		return input(errors.New("--full and --quiet: give only one of them"))
	}
	return nil
}

// of returns the settings with which results are printed on w. On a terminal they are coloured,
// unless NO_COLOR is set (no-color.org).
func (o lookOptions) of(w io.Writer) tables.Terminal {
	colour := isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	return tables.Terminal{Width: width(w), Full: o.full, Quiet: o.quiet, Colour: colour}
}

// progressOf returns where a command tells its progress: nowhere, if it is to be quiet.
func progressOf(c *cobra.Command, quiet bool) io.Writer {
	if quiet {
		return io.Discard
	}
	return c.ErrOrStderr()
}

// tellCapacities lets experiments say which tables of capacity they make, because that takes time.
func tellCapacities(w io.Writer, list ...*scenarios.Experiment) {
	for _, e := range list {
		e.Capacities.Slow = func(what string) { fmt.Fprintln(w, what) }
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isTerminalFile(f)
}

func isTerminalFile(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// leastWidth is the smallest width at which lines are broken, in characters.
const leastWidth = 40

// width returns the width of an output in characters: COLUMNS, or else the width of the terminal,
// or else 120.
func width(w io.Writer) int {
	if columns, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && columns > 0 {
		return max(columns, leastWidth)
	}
	if f, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
			return max(columns, leastWidth)
		}
	}
	return 120
}
