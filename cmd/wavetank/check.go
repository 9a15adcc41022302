package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func checkCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "check SCENARIO",
		Short: "Validate a scenario and print it with every default filled in",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			e, err := prepare(c, args[0], o)
			if err != nil {
				return input(err)
			}
			text, err := e.Resolved()
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s\n%s", text, e.Summary())
			return nil
		},
	}
	scenarioFlags(c, &o)
	return c
}
