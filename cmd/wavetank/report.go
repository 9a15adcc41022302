package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"wavetank/reports"
)

func reportCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "report DIR",
		Short: "Draw the report and figures of a results folder again, without simulating",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			results, err := reports.Read(args[0])
			if err != nil {
				return input(err)
			}
			if err := reports.Rebuild(args[0]); err != nil {
				return err
			}
			if err := reports.Print(c.OutOrStdout(), results, width(c.OutOrStdout())); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "\nReport and figures are in %s\n", args[0])
			return nil
		},
	}
}
