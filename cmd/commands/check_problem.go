package commands

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wavetank/policies/optimize"
	"wavetank/policies/optimize/programfile"
	"wavetank/reports/store"
	"wavetank/scenarios"
	"wavetank/sim/fleet"
	"wavetank/sim/quantity"
)

// problemOptions are the flags of check that write an allocation problem.
type problemOptions struct {
	file string
	at   time.Duration
}

func (o *problemOptions) flags(c *cobra.Command) {
	c.Flags().StringVar(&o.file, "problem", "", "write the allocation problem of one decision to this file (.mps or .lp), and print nothing else")
	c.Flags().DurationVar(&o.at, "at", 0, "with --problem: the last decision up to this instant of the first replication (default: the one with most demand)")
}

// check reports faults of the flags, before any work is done.
func (o *problemOptions) check(c *cobra.Command, policies []string) error {
	at := c.Flags().Changed("at")
	if !at {
		o.at = scenarios.MostDemand
	}
	if o.file == "" {
		switch {
		case c.Flags().Changed("problem"):
			return errors.New("--problem: no file is named")
		case at:
			return errors.New("--at goes with --problem")
		}
		return nil
	}
	var faults []error
	if len(policies) > 1 {
		faults = append(faults, fmt.Errorf("--policy %s: with --problem want the name of one policy", strings.Join(policies, ",")))
	}
	if _, _, err := programfile.Format(o.file); err != nil {
		faults = append(faults, fmt.Errorf("--problem %w", err))
	}
	if err := checkTarget(o.file); err != nil {
		faults = append(faults, fmt.Errorf("--problem: %w", err))
	}
	if at && o.at < 0 {
		faults = append(faults, fmt.Errorf("--at %v: want a time since the start, of at least 0", o.at))
	}
	return errors.Join(faults...)
}

// write writes the allocation problem of a decision of the named policy, if one is named.
func (o *problemOptions) write(c *cobra.Command, e *scenarios.Experiment, policies []string) error {
	policy := ""
	if len(policies) > 0 {
		policy = e.Scenario.Policies[0].Name
	}
	d, err := e.SolvedProblem(c.Context(), policy, o.at)
	switch {
	case c.Context().Err() != nil:
		return interruption("no problem was written")
	case err != nil:
		return input(err)
	}
	p, err := d.Problem.Program(partNames(e.Spec))
	if err != nil {
		return err
	}
	text, err := programfile.Write(o.file, p)
	if err != nil {
		return err
	}
	if err := store.WriteWhole(o.file, text); err != nil {
		return err
	}
	demand := 0.
	for _, rate := range d.Problem.Demand {
		demand += rate
	}
	fmt.Fprintf(c.OutOrStdout(), "%s: the problem of %s at %v, for %s requests per second: %s, %d of them whole, and %s\n",
		o.file, d.Policy, quantity.Duration(d.At), short(demand), count(p.Columns(), "column", "columns"), p.Integers(), count(p.Height(), "row", "rows"))
	return nil
}

// partNames returns the names of models, machine types and deployments for the files of problems.
func partNames(c *fleet.Spec) optimize.PartNames {
	models, types, deployments := make([]string, len(c.Models)), make([]string, len(c.Types)), make([]string, len(c.Deployments))
	for m := range c.Models {
		models[m] = c.Models[m].Name
	}
	for t := range c.Types {
		types[t] = c.Types[t].Name
	}
	for d := range c.Deployments {
		deployments[d] = c.Deployments[d].Name
	}
	return optimize.PartNames{
		Models: programfile.PlainNames(models), Types: programfile.PlainNames(types), Configurations: programfile.PlainNames(deployments),
	}
}
