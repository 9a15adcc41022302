package commands

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/metrics/compare"
	"wavetank/scenarios"
)

// goals reads --until. It returns nil if the flag is not given.
func goals(c *cobra.Command, wanted []string, most int) (*scenarios.Until, error) {
	if len(wanted) == 0 {
		if c.Flags().Changed("max-replications") {
			return nil, fmt.Errorf("--max-replications goes with --until")
		}
		return nil, nil
	}
	if c.Flags().Changed("replications") {
		return nil, fmt.Errorf("--replications and --until: give only one of them")
	}
	if most < 2 {
		return nil, fmt.Errorf("--max-replications %d: an interval needs at least 2", most)
	}
	u := &scenarios.Until{Most: most}
	for _, text := range wanted {
		g, err := compare.ParseGoal(text)
		if err != nil {
			return nil, fmt.Errorf("--until %w", err)
		}
		u.Goals = append(u.Goals, g)
	}
	return u, nil
}

// measure runs an experiment and shows the progress. It runs all replications, or as many as the
// goals of until need. In the second case it also returns why it stopped.
func measure(ctx context.Context, w io.Writer, e *scenarios.Experiment, parallel int, until *scenarios.Until, requests scenarios.RequestLog) (scenarios.Results, string, error) {
	policies := len(e.Scenario.Policies)
	watch := newWatch(w, parallel)
	o := scenarios.RunOptions{Parallel: parallel, Progress: watch.update, Searching: watch.searching, Requests: requests}
	if until == nil {
		watch.begin(policies, e.Scenario.Replications)
		measured, err := e.Run(ctx, o)
		watch.bar.stop()
		return measured, "", err
	}
	until.Progress = func(replications int, missing []string) {
		watch.bar.stop()
		fmt.Fprintf(w, "after %s %s\n", count(replications, "replication", "replications"), strings.Join(missing, ", "))
	}
	fmt.Fprintf(w, "%s until %s, at most %s\n", count(policies, "policy", "policies"), until, count(until.Most, "replication", "replications"))
	measured, stopped, err := e.RunUntil(ctx, o, *until)
	watch.bar.stop()
	if stopped != "" {
		fmt.Fprintf(w, "%s\n", stopped)
	}
	return measured, stopped, err
}
