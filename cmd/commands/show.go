package commands

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"wavetank/cmd/archive"
	"wavetank/reports/tables"
	"wavetank/scenarios/library"
	"wavetank/sim/spelling"
)

func showCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show NAME",
		Short: "Print a shipped scenario, as a beginning of your own",
		Args:  cobra.ExactArgs(1),
		ValidArgsFunction: begun(func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return library.Names(), cobra.ShellCompDirectiveNoFileComp
		}),
		RunE: func(c *cobra.Command, args []string) error {
			names := library.Names()
			if !slices.Contains(names, args[0]) {
				return input(fmt.Errorf("there is no shipped scenario %q%s", args[0], spelling.Suggest(args[0], names)))
			}
			text, ok := library.Scenario(args[0])
			if !ok {
				return errors.New("the scenario is not in the program")
			}
			_, err := c.OutOrStdout().Write(text)
			return err
		},
	}
}

func versionCommand() *cobra.Command {
	var format formatOptions
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version, the commit and the compiler",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := format.check(); err != nil {
				return err
			}
			b := archive.CurrentBuild()
			if format.isText() {
				_, err := fmt.Fprintf(c.OutOrStdout(), "wavetank %s %v\n", archive.Version, b)
				return err
			}
			d := tables.Data{Key: "version", Title: "Version", Columns: tables.ColumnsOf("version", "Version", "commit", "Commit", "go", "Go", "architecture", "Architecture")}
			d.Add(archive.Version, b.Commit, b.Go, b.Architecture)
			return format.write(c.OutOrStdout(), tables.Output{Data: []tables.Data{d}})
		},
	}
	formatFlags(c, &format, "version")
	return c
}
