package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func traceCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "trace inspect|fit",
		Short: "Look at a trace, or make a synthetic scenario that resembles it",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return input(fmt.Errorf("trace what? one of inspect, fit")) },
	}
	c.AddCommand(traceInspectCommand(), traceFitCommand())
	return c
}
