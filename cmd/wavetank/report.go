package main

import (
	"errors"

	"github.com/spf13/cobra"

	"wavetank/reports"
	"wavetank/reports/store"
)

func reportCommand() *cobra.Command {
	var o lookOptions
	var format formatOptions
	c := &cobra.Command{
		Use:   "report DIR",
		Short: "Draw the report and figures of a results folder again, without simulating",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := errors.Join(o.check(), format.check()); err != nil {
				return input(err)
			}
			folder, results, err := reports.Open(args[0])
			if err != nil {
				return input(err)
			}
			err = printResults(c, results, o, format)
			err = errors.Join(err, reports.Rebuild(folder, results))
			if err = errors.Join(err, folder.Release()); err != nil {
				return err
			}
			return format.tell(c, "\nReport and figures are in %s\n", args[0])
		},
	}
	lookFlags(c, &o)
	formatFlags(c, &format, resultTables...)
	return c
}

// resultTables are the keys of the tables of results.
var resultTables = []string{"verdicts", "comparisons", "agreement", "references"}

// printResults prints results in the format asked for.
func printResults(c *cobra.Command, results store.Archive, look lookOptions, format formatOptions) error {
	if format.isText() {
		return reports.Print(c.OutOrStdout(), results, look.of(c.OutOrStdout()))
	}
	out, err := reports.Output(results, look.full)
	if err != nil {
		return err
	}
	return format.write(c.OutOrStdout(), out)
}
