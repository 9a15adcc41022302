package commands

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"wavetank/reports"
	"wavetank/reports/store"
	"wavetank/reports/wording"
	"wavetank/sim/spelling"
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
			if done, err := reportPage(c, args[0], format); done || err != nil {
				return err
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
			err = reportAgain(c, folder, results, o, format)
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

// reportPage makes the page of a comparison or a plan again, and prints its answer. Done is false
// if the folder holds neither.
func reportPage(c *cobra.Command, dir string, format formatOptions) (done bool, err error) {
	if store.Holds(dir) || !store.HoldsPage(dir) {
		return false, nil
	}
	for _, flag := range []string{"baseline", "format", "only", "full"} {
		if c.Flags().Changed(flag) {
			return false, input(fmt.Errorf("--%s goes only with the results of a run or a sweep", flag))
		}
	}
	sentences, err := reports.RebuildPage(dir)
	if fault := new(store.WriteError); err != nil && !errors.As(err, &fault) {
		return false, input(err)
	}
	for _, sentence := range sentences {
		if _, err := fmt.Fprintln(c.OutOrStdout(), wording.Spaced(sentence)); err != nil {
			return false, err
		}
	}
	if err != nil {
		return false, err
	}
	return true, format.tell(c, "\nThe page is %s\n", filepath.Join(dir, store.PageFile))
}

// against returns the results with another baseline. The files of data do not change.
func against(results store.Archive, baseline string) (store.Archive, error) {
	if !slices.Contains(results.Manifest.Policies, baseline) {
		return results, fmt.Errorf("--baseline %s: the results have no such policy%s", baseline, spelling.Suggest(baseline, results.Manifest.Policies))
	}
	results.Manifest.Baseline = baseline
	return results, nil
}

// resultTables are the keys of the tables of results.
var resultTables = []string{"verdicts", "comparisons", "agreement", "references"}

// reportAgain prints results, and makes their report and figures again.
func reportAgain(c *cobra.Command, folder *store.Folder, results store.Archive, look lookOptions, format formatOptions) error {
	evaluation, err := reports.Evaluate(results)
	if err != nil {
		return err
	}
	return errors.Join(printResults(c, evaluation, look, format), evaluation.Rebuild(folder))
}

// showResults prints finished results and stores them. It stores them even if they cannot be
// printed, and prints them even if they cannot be stored. An error that says why they are not
// stored begins with lost.
func showResults(c *cobra.Command, folder *store.Folder, results store.Archive, look lookOptions, format formatOptions, lost string) (stored bool, err error) {
	evaluation, err := reports.Evaluate(results)
	if err != nil {
		return false, fmt.Errorf("%s: %w", lost, err)
	}
	err = printResults(c, evaluation, look, format)
	if fault := evaluation.Write(folder); fault != nil {
		return false, errors.Join(err, fmt.Errorf("%s: %w", lost, fault))
	}
	return true, err
}

// printResults prints results in the format asked for.
func printResults(c *cobra.Command, results *reports.Evaluation, look lookOptions, format formatOptions) error {
	if format.isText() {
		return results.Print(c.OutOrStdout(), look.of(c.OutOrStdout()))
	}
	return format.write(c.OutOrStdout(), results.Output(look.full))
}
