package commands

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wavetank/reports/store"
	"wavetank/scenarios"
	"wavetank/scenarios/file"
	"wavetank/sim/quantity"
)

// timelineOptions are the flags of timeline.
type timelineOptions struct {
	scenario    scenarioOptions
	policy, out string
	replication int
	show        scenarios.TimelineInterval
}

func timelineCommand() *cobra.Command {
	var o timelineOptions
	c := &cobra.Command{
		Use:   "timeline SCENARIO --policy NAME --out FILE",
		Short: "Write what machines and replicas did in one run, for Perfetto",
		Long: `Write what machines and replicas did in one run: boots, loads, batches or steps, failures, decisions of the
allocator, load, queues and numbers of replicas. The file has Chrome's trace event format. Open it at
ui.perfetto.dev or chrome://tracing.`,
		Example: `  wavetank timeline quickstart --policy lp --from 16m --until 20m --out lp.json.gz
  wavetank timeline chat --policy prefix-aware --until 10s --out chat.json`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return writeTimeline(c, args[0], &o) },
	}
	o.scenario.changing(c)
	f := c.Flags()
	f.StringVar(&o.policy, "policy", "", "the policy (default: the only one of the scenario)")
	countFlag(f, &o.replication, "replication", 0, 0, file.MostReplications-1, "number of the replication, from 0")
	f.DurationVar(&o.show.From, "from", 0, "begin of the interval that is shown")
	f.DurationVar(&o.show.Until, "until", 0, "end of the interval (default: the end of the run)")
	f.StringVar(&o.out, "out", "", "the file to write, .json or .json.gz")
	return c
}

// check returns all faults of the flags.
func (o *timelineOptions) check(c *cobra.Command) error {
	var faults []error
	switch name := strings.ToLower(o.out); {
	case o.out == "":
		faults = append(faults, errors.New("--out: name the file to write"))
	case !strings.HasSuffix(name, ".json") && !strings.HasSuffix(name, ".json.gz"):
		faults = append(faults, fmt.Errorf("--out %s: want a name that ends in .json or .json.gz", o.out))
	default:
		faults = append(faults, checkTarget(o.out))
	}
	if o.show.From < 0 {
		faults = append(faults, fmt.Errorf("--from %v: it is before the run", quantity.Duration(o.show.From)))
	}
	if c.Flags().Changed("until") && o.show.Until <= o.show.From {
		faults = append(faults, fmt.Errorf("--until %v: it is not after --from %v", quantity.Duration(o.show.Until), quantity.Duration(o.show.From)))
	}
	return errors.Join(faults...)
}

// chosen returns an error unless one policy is chosen.
func chosen(e *scenarios.Experiment) error {
	var names []string
	for _, p := range e.Scenario.Policies {
		names = append(names, p.Name)
	}
	if len(names) > 1 {
		return fmt.Errorf("--policy: which one? the scenario has %s", strings.Join(names, ", "))
	}
	return nil
}

// interval completes the interval that is shown, or says why it is none.
func (o *timelineOptions) interval(e *scenarios.Experiment) error {
	end := time.Duration(e.Scenario.Duration)
	if o.show.Until == 0 {
		o.show.Until = end
	}
	var faults []error
	if o.show.From >= end {
		faults = append(faults, fmt.Errorf("--from %v: the run ends at %v", quantity.Duration(o.show.From), e.Scenario.Duration))
	}
	if o.show.Until > end {
		faults = append(faults, fmt.Errorf("--until %v: the run ends at %v", quantity.Duration(o.show.Until), e.Scenario.Duration))
	}
	return errors.Join(faults...)
}

func writeTimeline(c *cobra.Command, name string, o *timelineOptions) error {
	if err := o.check(c); err != nil {
		return input(err)
	}
	if c.Flags().Changed("policy") {
		o.scenario.policies = []string{o.policy}
	}
	e, err := o.scenario.prepare(c, name)
	if err != nil {
		return input(err)
	}
	if err := errors.Join(chosen(e), o.interval(e)); err != nil {
		return input(err)
	}
	tellCapacities(c.ErrOrStderr(), e)
	into, err := store.CreateAside(o.out)
	if err != nil {
		return err
	}
	n, err := o.write(c, e, into)
	if err != nil {
		err = errors.Join(err, into.Discard())
		if errors.Is(err, context.Canceled) {
			return interruption("the run was not simulated to the end of the interval; nothing was written")
		}
		return err
	}
	if err := into.Commit(); err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "wrote %s: %s of %s\nOpen it at ui.perfetto.dev or chrome://tracing.\n", o.out, count(n, "event", "events"), o.about(e))
	return nil
}

// about names what is shown.
func (o *timelineOptions) about(e *scenarios.Experiment) string {
	return fmt.Sprintf("%s in replication %d, from %v to %v", e.Scenario.Policies[0].Name, o.replication, quantity.Duration(o.show.From), quantity.Duration(o.show.Until))
}

// write writes the events, and shows the progress of a run that takes long.
func (o *timelineOptions) write(c *cobra.Command, e *scenarios.Experiment, into io.Writer) (int, error) {
	bar := progress{w: c.ErrOrStderr()}
	defer func() { bar.stop() }()
	began := time.Now()
	reached := func(share float64) {
		const short, parts = 3 * time.Second, 100
		if bar.what == "" && time.Since(began) < short {
			return
		}
		bar.begin("percent of the interval simulated", parts)
		bar.update(int(share*parts), parts)
	}
	if !strings.HasSuffix(strings.ToLower(o.out), ".gz") {
		return e.Timeline(c.Context(), 0, o.replication, o.show, into, reached)
	}
	packed := gzip.NewWriter(into)
	n, err := e.Timeline(c.Context(), 0, o.replication, o.show, packed, reached)
	return n, errors.Join(err, packed.Close())
}
