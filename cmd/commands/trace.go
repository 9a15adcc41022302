package commands

import (
	"fmt"

	"github.com/spf13/cobra"
)

func traceCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "trace inspect|fit|record",
		Short: "Characterize a trace, write a synthetic scenario like it, or record a load as a trace",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return input(fmt.Errorf("trace what? one of inspect, fit, record"))
		},
	}
	c.AddCommand(traceInspectCommand(), traceFitCommand(), traceRecordCommand())
	return c
}
