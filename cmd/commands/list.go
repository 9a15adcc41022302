package commands

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"wavetank/policies/registry"
	"wavetank/reports/tables"
	"wavetank/scenarios/file"
	"wavetank/scenarios/library"
)

func listCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "list policies|scenarios|machines|models|step-times",
		Short: "List policies, scenarios, machines, models or step-time models, one line each",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return input(fmt.Errorf("list what? one of policies, scenarios, machines, models, step-times"))
		},
	}
	for _, l := range []struct {
		name, about string
		table       func() (tables.Data, error)
		old         []string // former names
	}{
		{"policies", "List the policies of each kind: " + kinds(), listPolicies, nil},
		{"scenarios", "List the shipped scenarios", listScenarios, nil},
		{"machines", "List the machine types of the built-in catalogue", listMachines, nil},
		{"models", "List the models of the built-in catalogue, their variants, and on what their times rest", listModels, nil},
		{"step-times", "List the step-time models of LLM engines: the shipped files, and the rooflines of the catalogue", listStepTimes, []string{"laws"}},
	} {
		var format formatOptions
		sub := &cobra.Command{
			Use: l.name, Short: l.about, Args: cobra.NoArgs, Aliases: l.old,
		}
		formatFlags(sub, &format, l.name)
		sub.RunE = func(c *cobra.Command, _ []string) error {
			if err := format.check(); err != nil {
				return err
			}
			d, err := l.table()
			if err != nil {
				return err
			}
			d.Key = l.name
			if format.isText() {
				return printLines(c.OutOrStdout(), d)
			}
			return format.write(c.OutOrStdout(), tables.Output{Data: []tables.Data{d}})
		}
		c.AddCommand(sub)
	}
	return c
}

// printLines prints the rows of a table without a head, for programs that work line by line.
func printLines(out io.Writer, d tables.Data) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, line := range d.Texts() {
		fmt.Fprintln(w, strings.Join(line, "\t"))
	}
	return w.Flush()
}

// kinds names the kinds of policies.
func kinds() string {
	var names []string
	for _, kind := range registry.Kinds() {
		names = append(names, kind.Name)
	}
	return strings.Join(names, ", ")
}

func listPolicies() (tables.Data, error) {
	d := tables.Data{Title: "Policies", Columns: tables.ColumnsOf("kind", "Kind", "policy", "Policy", "about", "What it does", "knows_future", "")}
	for _, kind := range registry.Kinds() {
		choice := kind.Fresh()
		for _, name := range choice.Names() {
			about, clairvoyant := choice.Describe(name)
			text := about
			if clairvoyant {
				text += " † A yardstick: it knows the future."
			}
			d.Add(kind.Name, name, tables.Shown{Value: about, Text: text}, clairvoyant)
		}
	}
	return d, nil
}

func listScenarios() (tables.Data, error) {
	d := tables.Data{Title: "Scenarios", Columns: tables.ColumnsOf("scenario", "Scenario", "about", "What it is about")}
	for _, name := range library.Names() {
		f, err := file.Load(name, nil)
		if err != nil {
			return d, err
		}
		d.Add(name, f.Scenario.About)
	}
	return d, nil
}
