package commands

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"wavetank/reports/tables"
	"wavetank/scenarios"
	"wavetank/scenarios/check"
)

func checkCommand() *cobra.Command {
	var o scenarioOptions
	var problem problemOptions
	var format formatOptions
	c := &cobra.Command{
		Use:   "check SCENARIO",
		Short: "Validate a scenario and print it with its defaults filled in",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := errors.Join(problem.check(c, o.policies), format.check()); err != nil {
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
			capacity, rates, err := describeCapacity(c, e)
			if err != nil {
				return err
			}
			if format.isText() {
				fmt.Fprintf(c.OutOrStdout(), "%s\n%s%s", text, e.Summary(), capacity)
			} else if err := format.write(c.OutOrStdout(), tables.Output{Data: []tables.Data{capacityTable(e, rates)}}); err != nil {
				return err
			}
			return pace(c, e)
		},
	}
	o.flags(c)
	problem.flags(c)
	formatFlags(c, &format, capacityKey)
	return c
}

// capacityKey is the key of the table of check.
const capacityKey = "capacity"

// capacityTable has a row for each deployment and number of replicas.
func capacityTable(e *scenarios.Experiment, rates []check.ServedRate) tables.Data {
	d := tables.Data{Key: capacityKey, Title: "Capacity: requests per second that replicas serve together within the objectives",
		Columns: tables.ColumnsOf("deployment", "Deployment", "replicas", "Replicas", "rate_per_s", "Rate (/s)", "full_batches_per_s", "Full batches (/s)")}
	for _, r := range rates {
		d.Add(e.Spec.Deployments[r.Deployment].Name, r.Replicas, r.Rate, r.Full)
	}
	return d
}

// describeCapacity describes how much load replicas serve. If this takes more than a second, it
// shows the progress.
func describeCapacity(c *cobra.Command, e *scenarios.Experiment) (string, []check.ServedRate, error) {
	bar, began := progress{w: c.ErrOrStderr()}, time.Now()
	defer bar.stop()
	text, rates, err := e.DescribeCapacity(c.Context(), runtime.GOMAXPROCS(0), func(done, of int) {
		if done < of && time.Since(began) > time.Second {
			bar.begin("capacities of deployments", of)
			bar.update(done, of)
		}
	})
	if c.Context().Err() != nil {
		return "", nil, interruption("how much load replicas serve is not known")
	}
	return text, rates, err
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
