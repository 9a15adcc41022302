package commands

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/scenarios"
	"wavetank/scenarios/capacity"
	"wavetank/scenarios/file"
	"wavetank/scenarios/strict"
	"wavetank/workload/table"
)

// scenarioOptions are the flags that change a scenario.
type scenarioOptions struct {
	policies     []string
	replications int
	seed         uint64
	set          []string
	cache        string
	allow        bool
}

func (o *scenarioOptions) flags(c *cobra.Command) {
	c.Flags().StringSliceVar(&o.policies, "policy", nil, "run only these policies, by name; the name of an allocator adds it with its defaults")
	countFlag(c.Flags(), &o.replications, "replications", 0, 1, file.MostReplications, "independent runs of every policy (default: the scenario's)")
	o.changing(c)
}

// changing adds the flags that a command for a single run has, too.
func (o *scenarioOptions) changing(c *cobra.Command) {
	c.Flags().Uint64Var(&o.seed, "seed", 0, "seed of all random draws (default: the scenario's)")
	c.Flags().StringVar(&o.cache, "cache", "", "folder that keeps tables of capacity (how much load replicas serve), so that they are simulated once")
	allowFlag(c, &o.allow)
	c.Flags().StringArrayVar(&o.set, "set", nil, "replace a value of the scenario, as path=value; may be repeated")
}

// atLeastFlag adds the flag that replaces the percentage that objectives ask for.
func atLeastFlag(c *cobra.Command, percent *float64) {
	c.Flags().Float64Var(percent, "at-least", 0, "percent of its requests that every model must have in time (default: what its slo asks for)")
}

// checkAtLeast returns an error about this flag.
func checkAtLeast(c *cobra.Command, percent float64) error {
	if c.Flags().Changed("at-least") && !(percent > 0 && percent <= 100) {
		return fmt.Errorf("--at-least %v: want a percentage above 0 and at most 100", percent)
	}
	return nil
}

// allowFlag adds the flag without which a scenario starts no programs.
func allowFlag(c *cobra.Command, allow *bool) {
	c.Flags().BoolVar(allow, "allow-commands", false, "let policies of the scenario start programs (command)")
}

// prepare loads and checks a scenario with the changes of the flags, and prints its warnings.
func (o *scenarioOptions) prepare(c *cobra.Command, name string) (*scenarios.Experiment, error) {
	var warnings []string
	e, err := unlessInterrupted(c.Context(), "the scenario was not read to its end; nothing was kept", func() (*scenarios.Experiment, error) {
		return o.changed(c, name, nil, func(warning string) { warnings = append(warnings, warning) })
	})
	if _, stopped := errors.AsType[interruption](err); stopped {
		return nil, err
	}
	warn(c, warnings)
	return e, err
}

// warn tells warnings.
func warn(c *cobra.Command, warnings []string) {
	for _, w := range warnings {
		fmt.Fprintf(c.ErrOrStderr(), "warning: %s\n", w)
	}
}

// changed loads and checks a scenario with the changes of the flags and further changes.
func (o *scenarioOptions) changed(c *cobra.Command, name string, further []file.Change, warn func(string)) (*scenarios.Experiment, error) {
	changes, err := o.changes(c)
	if err != nil {
		return nil, err
	}
	f, err := load(c, name, append(changes, further...))
	if err != nil {
		return nil, err
	}
	f.CommandsAllowed = o.allow
	e, err := scenarios.Prepare(f)
	for _, warning := range f.Warnings() {
		warn(warning)
	}
	if err != nil {
		return nil, err
	}
	if c.Flags().Changed("policy") {
		if err := e.Scenario.Select(o.policies); err != nil {
			return nil, fmt.Errorf("--policy: %w", err)
		}
	}
	return e, o.keep(c, e)
}

// changes returns the changes of the flags.
func (o *scenarioOptions) changes(c *cobra.Command) (list []file.Change, err error) {
	for _, s := range o.set {
		path, value, ok := strings.Cut(s, "=")
		if !ok {
			return nil, fmt.Errorf("--set %s: want path=value, such as workload[0].arrivals.poisson.rate=500/s", s)
		}
		list = append(list, file.Change{Path: path, Value: value})
	}
	if c.Flags().Changed("replications") {
		list = append(list, file.Change{Path: "replications", Value: fmt.Sprint(o.replications)})
	}
	if c.Flags().Changed("seed") {
		list = append(list, file.Change{Path: "seed", Value: fmt.Sprint(o.seed)})
	}
	return list, nil
}

// keep keeps tables of capacity on disk if the flag --cache is given.
func (o *scenarioOptions) keep(c *cobra.Command, e *scenarios.Experiment) error {
	if !c.Flags().Changed("cache") {
		return nil
	}
	if o.cache == "" {
		return errors.New("--cache: no folder is named")
	}
	program, err := fingerprint()
	if err != nil {
		return fmt.Errorf("--cache: %w", err)
	}
	e.Capacities.Cache = &capacity.Cache{Folder: o.cache, Program: program}
	return nil
}

// load reads a scenario: a file, a shipped scenario by its name, or standard input if the name is
// "-".
func load(c *cobra.Command, name string, changes []file.Change) (*file.Loaded, error) {
	if name != "-" {
		return file.Load(name, changes)
	}
	text, err := table.ReadAll("standard input", c.InOrStdin(), strict.LargestFile)
	if err != nil {
		return nil, err
	}
	c.SetIn(bytes.NewReader(text)) // because the scenario may be loaded again
	return file.Read("standard input", text, changes...)
}
