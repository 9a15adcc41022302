// Browser is the program of the playground: it runs in a browser, and simulates the scenario of the
// page. Package playground builds it.
package main

import (
	"context"

	"wavetank/cmd/archive"
	"wavetank/reports"
	"wavetank/scenarios"
	"wavetank/scenarios/file"
)

// simulate runs a scenario and returns its report as an HTML page, made as report.html of the
// command run is. The error holds every fault of the scenario. progress is called after each run.
func simulate(ctx context.Context, text string, progress func(done, of int)) ([]byte, error) {
	f, err := file.Read("scenario.yaml", []byte(text))
	if err != nil {
		return nil, err
	}
	e, err := scenarios.Prepare(f)
	if err != nil {
		return nil, err
	}
	stored, err := archive.Of(e)
	if err != nil {
		return nil, err
	}
	results, err := e.Run(ctx, scenarios.RunOptions{Parallel: 1, Progress: progress})
	if err != nil {
		return nil, err
	}
	archive.Fill(&stored, e, &results)
	return reports.Page(stored)
}
