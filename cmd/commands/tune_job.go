package commands

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"wavetank/scenarios"
	"wavetank/scenarios/tune"
	"wavetank/sim/quantity"
)

// job makes the job that the flags ask for. The error joins all faults of the flags.
func (o *tuneOptions) job(c *cobra.Command, name string) (*tune.Job, error) {
	faults := []error{checkAtLeast(c, o.atLeast)}
	if c.Flags().Changed("out") && o.out == "" {
		faults = append(faults, errors.New("--out: no folder is named"))
	} else if info, err := os.Stat(o.out); err == nil && !info.IsDir() {
		faults = append(faults, fmt.Errorf("--out %s is a file, not a folder", o.out))
	}
	whole, err := o.scenario.prepare(c, name)
	if err != nil {
		return nil, errors.Join(append(faults, err)...)
	}
	j := &tune.Job{Train: whole, Test: whole, Budget: o.budget, Parallel: o.parallel}
	if j.TrainOn, j.TestOn, err = tune.Split(&whole.Scenario, o.train, o.test); err != nil {
		faults = append(faults, err)
	}
	if policies, _ := j.Policies(); len(policies) == 0 {
		faults = append(faults, errors.New("every policy knows the load beforehand, so there is nothing to tune; name another policy with --policy, such as greedy"))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	j.Train, err = o.part(c, name, whole, j.TrainOn)
	faults = append(faults, ofFlag("--train", err))
	j.Test, err = o.part(c, name, whole, j.TestOn)
	if err := errors.Join(append(faults, ofFlag("--test", err))...); err != nil {
		return nil, err
	}
	j.Train.AtLeast, j.Test.AtLeast = o.atLeast, o.atLeast
	if len(j.Goals()) == 0 {
		return nil, errors.New("the scenario asks for no share of requests in time; say with --at-least which percentage every model must reach")
	}
	return j, nil
}

// part returns an experiment that measures only the given part of the scenario. If the part is a
// range of replications, it returns whole, the experiment of the whole scenario.
func (o *tuneOptions) part(c *cobra.Command, name string, whole *scenarios.Experiment, p tune.Part) (*scenarios.Experiment, error) {
	changes := p.Changes(&whole.Scenario)
	if len(changes) == 0 {
		return whole, nil
	}
	e, err := o.scenario.changed(c, name, changes, func(string) {}) // warnings were printed before
	if err != nil {
		return nil, err
	}
	for _, in := range e.Inputs {
		if in.Part.Lasts > 0 && in.Part.Lasts <= p.From {
			return nil, fmt.Errorf("%v: the trace %s ends at %v", p, in.File, quantity.Duration(in.Part.Lasts.Round(time.Second)))
		}
	}
	return e, nil
}

// ofFlag puts the name of a flag in front of an error.
func ofFlag(flag string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %w", flag, err)
}
