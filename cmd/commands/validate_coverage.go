package commands

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"wavetank/scenarios"
	"wavetank/scenarios/file"
	"wavetank/scenarios/validation"
)

// coverageOptions are the flags of validate --coverage.
type coverageOptions struct {
	wanted              bool
	replications, group int
	scenario            string // "": the built-in busy queue
}

func (o *coverageOptions) flags(c *cobra.Command) {
	c.Flags().BoolVar(&o.wanted, "coverage", false, "print how often the 95 % intervals of a scenario contain the true value (default: a busy queue)")
	c.Flags().IntVar(&o.replications, "replications", 1000, "with --coverage: replications of each policy")
	c.Flags().IntVar(&o.group, "group", 10, "with --coverage: number of replications for each interval")
}

// check reads the argument, and reports flags that cannot be combined.
func (o *coverageOptions) check(c *cobra.Command, args []string) error {
	if !o.wanted {
		for _, flag := range []string{"replications", "group"} {
			if c.Flags().Changed(flag) {
				return fmt.Errorf("--%s goes with --coverage", flag)
			}
		}
		if len(args) > 0 {
			return fmt.Errorf("%s: a scenario goes with --coverage", args[0])
		}
		return nil
	}
	for _, flag := range []string{"quick", "table", "seed"} {
		if c.Flags().Changed(flag) {
			return fmt.Errorf("--%s does not go with --coverage", flag)
		}
	}
	if len(args) > 0 {
		o.scenario = args[0]
	}
	if o.group < 2 || o.replications < o.group || o.replications%o.group != 0 {
		return fmt.Errorf("--replications %d --group %d: want groups of at least 2, and a whole number of them", o.replications, o.group)
	}
	return nil
}

// validateCoverage simulates many replications of a scenario. It prints how often the intervals of
// groups of replications contain the true value.
func validateCoverage(c *cobra.Command, o coverageOptions, parallel int, look validationLook) error {
	change := file.Change{Path: "replications", Value: fmt.Sprint(o.replications)}
	var f *file.Loaded
	var err error
	if o.scenario == "" {
		f, err = file.Read("coverage", validation.CoverageScenario, change)
	} else {
		f, err = load(c, o.scenario, []file.Change{change})
	}
	if err != nil {
		return input(err)
	}
	e, err := scenarios.Prepare(f)
	if err != nil {
		return input(err)
	}
	bar := progress{w: c.ErrOrStderr()}
	bar.begin("runs", o.replications*len(e.Scenario.Policies))
	coverage, err := validation.Cover(c.Context(), e, o.group, parallel, bar.update)
	bar.stop()
	switch {
	case errors.Is(err, context.Canceled):
		return interruption("nothing was kept")
	case err != nil:
		return err
	case look.page:
		return coverage.Markdown(c.OutOrStdout())
	case !look.format.isText():
		return look.format.write(c.OutOrStdout(), coverageTable(coverage))
	}
	return coverage.Print(c.OutOrStdout())
}
