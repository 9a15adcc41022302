package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"wavetank/scenarios"
	"wavetank/scenarios/validation"
)

// busyQueue names the scenario of --coverage without a value.
const busyQueue = "busy queue"

// validateCoverage simulates many replications of a scenario and prints how often the intervals of groups of them hold
// the truth.
func validateCoverage(c *cobra.Command, name string, replications, group, parallel int, markdown bool) error {
	if group < 2 || replications < group || replications%group != 0 {
		return input(fmt.Errorf("--replications %d --group %d: want groups of at least 2, and a whole number of them", replications, group))
	}
	changes := []scenarios.Change{{Path: "replications", Value: fmt.Sprint(replications)}}
	var file *scenarios.File
	var err error
	if name == busyQueue {
		file, err = scenarios.Read(busyQueue, validation.CoverageScenario, changes...)
	} else {
		file, err = scenarios.Load(name, changes)
	}
	if err != nil {
		return input(err)
	}
	e, err := file.Prepare()
	if err != nil {
		return input(err)
	}
	bar := newProgress(c.ErrOrStderr(), replications*len(e.Scenario.Policies))
	coverage, err := validation.Cover(c.Context(), e, group, parallel, bar.update)
	bar.stop()
	switch {
	case errors.Is(err, context.Canceled):
		return interruption("nothing was kept")
	case err != nil:
		return err
	case markdown:
		return coverage.Markdown(c.OutOrStdout())
	}
	return coverage.Print(c.OutOrStdout())
}
