package commands

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/reports/tables"
	"wavetank/sim/spelling"
)

// plainText is the format for a terminal.
const plainText = "text"

// formatOptions are the flags that say in which format tables are printed.
type formatOptions struct {
	format string
	only   []string
	flag   string   // name of the flag of the format
	keys   []string // of the tables of the command
}

// formatFlags adds the flags to a command whose tables have the given keys.
func formatFlags(c *cobra.Command, o *formatOptions, keys ...string) {
	namedFormatFlags(c, o, "format", keys...)
}

// namedFormatFlags does the same under another name of the flag, for commands whose --format is
// that of a file that they read.
func namedFormatFlags(c *cobra.Command, o *formatOptions, flag string, keys ...string) {
	o.flag, o.keys = flag, keys
	c.Flags().StringVar(&o.format, flag, plainText, strings.Join(tables.Formats(), ", ")+" or "+plainText)
	c.Flags().StringSliceVar(&o.only, "only", nil, "with json or csv: print only these tables: "+strings.Join(keys, ", "))
}

// check returns an error about the flags.
func (o formatOptions) check() error {
	known := append(tables.Formats(), plainText)
	switch {
	case !slices.Contains(known, o.format):
		return input(fmt.Errorf("--%s %s: there is no such format%s", o.flag, o.format, spelling.Suggest(o.format, known)))
	case len(o.only) > 0 && o.format != "json" && o.format != "csv":
		return input(fmt.Errorf("--only goes with --%[1]s json or --%[1]s csv", o.flag))
	}
	var faults []error
	for _, key := range o.only {
		if !slices.Contains(o.keys, key) {
			faults = append(faults, fmt.Errorf("--only %s: there is no such table%s", key, spelling.Suggest(key, o.keys)))
		}
	}
	return input(errors.Join(faults...))
}

// isText reports whether the tables are for a terminal.
func (o formatOptions) isText() bool { return o.format == plainText }

// tell prints a sentence below the tables. In other formats than text, it goes to standard error.
func (o formatOptions) tell(c *cobra.Command, format string, args ...any) error {
	w := c.ErrOrStderr()
	if o.isText() {
		w = c.OutOrStdout()
	}
	_, err := fmt.Fprintf(w, format, args...)
	return err
}

// write writes an output in a format that is not plain text.
func (o formatOptions) write(w io.Writer, out tables.Output) error {
	if len(o.only) > 0 {
		var err error
		if out, err = out.Only(o.only); err != nil {
			return input(fmt.Errorf("--only: %w", err))
		}
	}
	return out.Write(w, o.format)
}
