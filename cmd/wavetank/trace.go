package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func traceCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "trace inspect|fit",
		Short: "Characterize a trace, or write a synthetic scenario like it",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return input(fmt.Errorf("trace what? one of inspect, fit")) },
	}
	c.AddCommand(traceInspectCommand(), traceFitCommand())
	return c
}
