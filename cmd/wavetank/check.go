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
	var problem problemOptions
	c := &cobra.Command{
		Use:   "check SCENARIO",
		Short: "Validate a scenario and print it with its defaults filled in",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := problem.check(c, o.policies); err != nil {
				return input(err)
			}
			e, err := o.prepare(c, args[0])
			if err != nil {
				return input(err)
			}
			if problem.file != "" {
				return problem.write(c, e, o.policies)
			}
			text, err := e.Resolved()
			if err != nil {
				return err
			}
			capacity, err := describeCapacity(c, e)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s\n%s%s", text, e.Summary(), capacity)
			return pace(c, e)
		},
	}
	o.flags(c)
	problem.flags(c)
	return c
}

// describeCapacity describes how much load replicas serve. If this takes more than a second, it
// shows the progress.
func describeCapacity(c *cobra.Command, e *scenarios.Experiment) (string, error) {
	bar, began := progress{w: c.ErrOrStderr()}, time.Now()
	defer bar.stop()
	text, err := e.DescribeCapacity(c.Context(), runtime.GOMAXPROCS(0), func(done, of int) {
		if done < of && time.Since(began) > time.Second {
			bar.begin("capacities of deployments", of)
			bar.update(done, of)
		}
	})
	if c.Context().Err() != nil {
		return "", interruption("how much load replicas serve is not known")
	}
	return text, err
}

// pace prints how many runs there would be, and about how long they would take here. It prints to
// standard error, apart from the output of check.
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
