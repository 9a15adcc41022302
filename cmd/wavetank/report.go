package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"wavetank/reports"
)

func reportCommand() *cobra.Command {
	var o lookOptions
	c := &cobra.Command{
		Use:   "report DIR",
		Short: "Draw the report and figures of a results folder again, without simulating",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			folder, results, err := reports.Open(args[0])
			if err != nil {
				return input(err)
			}
			err = reports.Print(c.OutOrStdout(), results, o.of(c.OutOrStdout()))
			err = errors.Join(err, reports.Rebuild(folder, results))
			if err = errors.Join(err, folder.Release()); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "\nReport and figures are in %s\n", args[0])
			return err
		},
	}
	lookFlags(c, &o)
	return c
}
