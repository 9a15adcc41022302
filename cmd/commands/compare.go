package commands

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/cmd/archive"
	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports"
	"wavetank/reports/across"
	"wavetank/reports/store"
	"wavetank/reports/tables"
	"wavetank/sim/spelling"
)

// compareOptions are the flags of compare.
type compareOptions struct {
	baseline string
	margin   string
	policies []string
	metrics  []string
	scope    string
	out      string
	look     lookOptions
	format   formatOptions
}

func compareCommand() *cobra.Command {
	var o compareOptions
	c := &cobra.Command{
		Use:   "compare DIR DIR...",
		Short: "Compare finished results folders with each other",
		Long: `Compare finished results folders with each other, policy by policy.

A DIR is the folder of a run, or a folder that holds such folders, one for each scenario. NAME=DIR
gives it a name for the tables. Replications are compared in pairs where their requests are the same, otherwise
as independent samples. Settings that differ between the scenarios are listed.`,
		Args: atLeastTwo,
		RunE: func(c *cobra.Command, args []string) error { return compareResults(c, args, o) },
	}
	f := c.Flags()
	f.StringVar(&o.baseline, "baseline", "", "compare only with this one, by name or folder (default: the first of two, all pairs of more)")
	f.StringVar(&o.margin, "margin", "1%", "largest difference that counts as the same; 0% for none")
	f.StringSliceVar(&o.policies, "policy", nil, "compare only these policies; if each folder has one of them, these with each other")
	f.StringSliceVar(&o.metrics, "metric", nil, "metrics to compare, such as cost_rate (default: the main ones)")
	f.StringVar(&o.scope, "scope", rows.All, "scope of the metrics: all, a model, a pipeline, class:NAME …")
	f.StringVar(&o.out, "out", "", "folder for report.html, the comparison on one page (default: it is only printed)")
	lookFlags(c, &o.look)
	formatFlags(c, &o.format, "sides", "differences", "objectives", "values", "contrasts", "geometric_means")
	return c
}

// atLeastTwo is the rule that a command takes two arguments or more.
func atLeastTwo(_ *cobra.Command, args []string) error {
	if len(args) < 2 {
		return errors.New("too few")
	}
	return nil
}

func compareResults(c *cobra.Command, args []string, o compareOptions) error {
	margin, err := parseMargin(o.margin)
	if err := errors.Join(o.look.check(), o.format.check(), err); err != nil {
		return input(err)
	}
	if c.Flags().Changed("out") && o.out == "" {
		return input(errors.New("--out: no folder is named"))
	}
	sides, err := reports.Sides(args)
	if err != nil {
		return input(err)
	}
	base, err := o.base(sides)
	if err != nil {
		return input(err)
	}
	m, err := across.Of(sides, o.policies, base, margin)
	if err != nil {
		return input(err)
	}
	quantities, err := o.quantities(c, m)
	if err != nil {
		return input(err)
	}
	a := tables.Across{Match: m}
	for _, q := range quantities {
		a.Families = append(a.Families, m.Family(q))
	}
	return o.show(c, a)
}

// show prints a comparison, and stores its page if a folder is named.
func (o compareOptions) show(c *cobra.Command, a tables.Across) error {
	removeEmpty, err := makeOut(o.out, store.PageFile)
	defer removeEmpty()
	if err != nil {
		return err
	}
	if o.format.isText() {
		err = a.Print(c.OutOrStdout(), o.look.of(c.OutOrStdout()))
	} else {
		err = o.format.write(c.OutOrStdout(), a.Output())
	}
	if err != nil || o.out == "" {
		return err
	}
	if err := reports.WriteComparison(o.out, a.Page(archive.Version)); err != nil {
		return err
	}
	return o.format.tell(c, "\nThe comparison on one page is %s\n", filepath.Join(o.out, store.PageFile))
}

// parseMargin reads a margin such as 1%.
func parseMargin(text string) (float64, error) {
	digits, percent := strings.CutSuffix(strings.TrimSpace(text), "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
	if err != nil || !percent || !(v >= 0 && v < 100) {
		return 0, fmt.Errorf("--margin %s: want a percentage from 0%% to below 100%%, such as 1%%", text)
	}
	return v / 100, nil
}

// base returns the index of the baseline, or −1 if there is none.
func (o compareOptions) base(sides []across.Side) (int, error) {
	if o.baseline == "" {
		return -1, nil
	}
	var names []string
	for i, s := range sides {
		if s.Name == o.baseline || s.Path == o.baseline {
			return i, nil
		}
		names = append(names, s.Name)
	}
	return 0, fmt.Errorf("--baseline %s: it is not one of the results%s", o.baseline, spelling.Suggest(o.baseline, names))
}

// quantities returns the metrics to compare.
func (o compareOptions) quantities(c *cobra.Command, m *across.Match) ([]compare.Quantity, error) {
	if scopes := m.Scopes(); !slices.Contains(scopes, o.scope) {
		return nil, fmt.Errorf("--scope %s: there are no results of it%s", o.scope, spelling.Suggest(o.scope, scopes))
	}
	all := m.Quantities(o.scope)
	if !c.Flags().Changed("metric") {
		if o.look.full {
			return all, nil
		}
		if list := m.Main(o.scope); len(list) > 0 {
			return list, nil
		}
		return all, nil
	}
	var list []compare.Quantity
	var names []string
	var faults []error
	for _, q := range all {
		names = append(names, q.Metric)
	}
	for _, metric := range o.metrics {
		at := slices.Index(names, metric)
		if at < 0 {
			faults = append(faults, fmt.Errorf("--metric %s: the results do not have it in scope %s%s", metric, o.scope, spelling.Suggest(metric, names)))
			continue
		}
		list = append(list, all[at])
	}
	if o.look.full {
		faults = append(faults, errors.New("--metric and --full: give only one of them"))
	}
	return list, errors.Join(faults...)
}
