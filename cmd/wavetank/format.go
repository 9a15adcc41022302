package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/reports/tables"
	"wavetank/scenarios/strict"
)

// plainText is the format for a terminal.
const plainText = "text"

// formatOptions are the flags that say in which format tables are printed.
type formatOptions struct {
	format string
	only   []string
}

func formatFlags(c *cobra.Command, o *formatOptions) {
	c.Flags().StringVar(&o.format, "format", plainText, strings.Join(tables.Formats(), ", ")+" or "+plainText)
	c.Flags().StringSliceVar(&o.only, "table", nil, "with --format json or csv: print only these tables, by their keys")
}

// check returns an error about the flags.
func (o formatOptions) check() error {
	known := append(tables.Formats(), plainText)
	switch {
	case !slices.Contains(known, o.format):
		return input(fmt.Errorf("--format %s: there is no such format%s", o.format, strict.Suggest(o.format, known)))
	case len(o.only) > 0 && o.format != "json" && o.format != "csv":
		return input(errors.New("--table goes with --format json or csv"))
	}
	return nil
}

// isText reports whether the tables are for a terminal.
func (o formatOptions) isText() bool { return o.format == plainText }

// write writes an output in a format that is not plain text.
func (o formatOptions) write(w io.Writer, out tables.Output) error {
	if len(o.only) > 0 {
		var err error
		if out, err = out.Only(o.only); err != nil {
			return input(fmt.Errorf("--table: %w", err))
		}
	}
	return out.Write(w, o.format)
}
