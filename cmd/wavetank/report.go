package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"wavetank/reports"
	"wavetank/reports/store"
	"wavetank/scenarios/strict"
)

func reportCommand() *cobra.Command {
	var o lookOptions
	var format formatOptions
	var baseline string
	c := &cobra.Command{
		Use:   "report DIR",
		Short: "Make the page, the report and the figures of a results folder again, without simulating",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := errors.Join(o.check(), format.check()); err != nil {
				return input(err)
			}
			folder, results, err := reports.Open(args[0])
			if err != nil {
				return input(err)
			}
			if c.Flags().Changed("baseline") {
				if results, err = against(results, baseline); err != nil {
					return errors.Join(input(err), folder.Release())
				}
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
	c.Flags().StringVar(&baseline, "baseline", "", "compare with this policy, instead of the baseline of the scenario")
	formatFlags(c, &format, resultTables...)
	return c
}

// against returns the results with another baseline. The files of data do not change.
func against(results store.Archive, baseline string) (store.Archive, error) {
	if !slices.Contains(results.Manifest.Policies, baseline) {
		return results, fmt.Errorf("--baseline %s: the results have no such policy%s", baseline, strict.Suggest(baseline, results.Manifest.Policies))
	}
	results.Manifest.Baseline = baseline
	return results, nil
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
