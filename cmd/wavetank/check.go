package main

import (
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"wavetank/scenarios"
)

func checkCommand() *cobra.Command {
	var o scenarioOptions
	c := &cobra.Command{
		Use:   "check SCENARIO",
		Short: "Validate a scenario and print it with every default filled in",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			e, err := o.prepare(c, args[0])
			if err != nil {
				return input(err)
			}
			text, err := e.Resolved()
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s\n%s", text, e.Summary())
			return pace(c, e)
		},
	}
	o.flags(c)
	return c
}

// pace says how many runs there would be, and about how long they would take here. It is written
// apart from what check is asked for.
func pace(c *cobra.Command, e *scenarios.Experiment) error {
	long, err := e.Pace(c.Context(), 100*time.Millisecond)
	if c.Context().Err() != nil {
		return interruption("how long the runs would take is not known")
	}
	if err != nil {
		return err
	}
	parallel := min(runtime.GOMAXPROCS(0), len(e.Scenario.Policies)*e.Scenario.Replications)
	fmt.Fprintf(c.ErrOrStderr(), "%s; about %s with %d at a time\n", runs(len(e.Scenario.Policies), e.Scenario.Replications), about(long/time.Duration(parallel)), parallel)
	return nil
}
