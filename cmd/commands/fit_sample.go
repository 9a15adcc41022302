package commands

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"wavetank/reports/store"
	"wavetank/scenarios/calibrate/replay"
)

// fitSampleOptions are the flags of fit sample.
type fitSampleOptions struct {
	engine engineOptions
	start  startOptions
	sample replay.SyntheticLoad
	out    string
}

// fitSampleCommand returns the command that writes the log of a simulated engine.
func fitSampleCommand() *cobra.Command {
	o := &fitSampleOptions{}
	c := &cobra.Command{
		Use: "sample", Short: "Write the log of a simulated engine, to try a fit on", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return o.run(c) },
	}
	o.engine.flags(c)
	f := c.Flags()
	f.StringVar(&o.start.start, "start", "", "step-time model of the engine: a name or a file")
	f.StringVar(&o.start.before, "before", "", "time from the arrival of a request until it can be scheduled (default: that of the step-time file)")
	f.StringVar(&o.out, "out", "", "file to write (default: standard output)")
	f.IntVar(&o.sample.Requests, "requests", 300, "number of requests")
	f.Float64Var(&o.sample.Rate, "rate", 5, "requests per second")
	f.Float64Var(&o.sample.Input, "input", 500, "mean tokens of a prompt")
	f.Float64Var(&o.sample.Output, "output", 150, "mean tokens of an answer")
	f.Float64Var(&o.sample.Noise, "noise", 0, "relative standard deviation of the times")
	f.Uint64Var(&o.sample.Seed, "seed", 1, "seed of all random draws")
	return c
}

func (o *fitSampleOptions) run(c *cobra.Command) error {
	if o.start.start == "" {
		return input(errors.New("--start: no step-time model is named"))
	}
	if err := checkTarget(o.out); err != nil {
		return input(fmt.Errorf("--out: %w", err))
	}
	if _, err := o.start.read(c, &o.engine.config); err != nil {
		return input(err)
	}
	if err := o.start.apply(c.ErrOrStderr(), &o.engine.config); err != nil {
		return input(err)
	}
	var log bytes.Buffer
	if err := o.sample.WriteLog(&log, &o.engine.config); err != nil {
		return input(err)
	}
	if o.out == "" {
		_, err := c.OutOrStdout().Write(log.Bytes())
		return err
	}
	if err := store.WriteWhole(o.out, log.Bytes()); err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "wrote %s: %s\n", o.out, count(o.sample.Requests, "request", "requests"))
	return nil
}
