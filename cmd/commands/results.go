package commands

import (
	"fmt"
	"path/filepath"

	"wavetank/cmd/archive"
	"wavetank/reports"
	"wavetank/scenarios"
)

// resultsFolder returns the folder of results whose manifest has a hash, if --out names none.
func resultsFolder(scenario, hash string) string {
	return filepath.Join("results", fmt.Sprintf("%s-%.8s", scenario, hash))
}

// Evaluate prepares the tables and figures of an experiment's results, as the command run shows and
// stores them. hash identifies the experiment in the lock of a folder of results.
func Evaluate(e *scenarios.Experiment, r scenarios.Results) (evaluation *reports.Evaluation, hash string, err error) {
	a, err := archive.Of(e)
	if err != nil {
		return nil, "", err
	}
	hash = a.Manifest.Hash()
	archive.Fill(&a, e, &r)
	evaluation, err = reports.Evaluate(a)
	return evaluation, hash, err
}
