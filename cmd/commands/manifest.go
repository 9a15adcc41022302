package commands

import (
	"fmt"
	"path/filepath"

	"wavetank/policies/registry"
	"wavetank/reports"
	"wavetank/reports/store"
	"wavetank/scenarios"
)

// manifest returns everything on which the results of an experiment depend.
func manifest(e *scenarios.Experiment) (store.Archive, error) {
	resolved, err := e.Resolved()
	if err != nil {
		return store.Archive{}, err
	}
	s := &e.Scenario
	m := store.Manifest{
		Scenario: s.Name, About: s.About, Version: Version, Build: build(), Seed: s.Seed, Replications: s.Replications,
		WarmupSeconds: seconds(s.Warmup), DurationSeconds: seconds(s.Duration), Baseline: s.Compared(), Resolved: string(resolved),
		Warnings: e.Warnings(), Listed: e.Listed, Varying: e.Varying(), Accuracies: e.Accuracies(), Objectives: e.Objectives(), Clairvoyant: e.Clairvoyant(),
		Budget: float64(s.Planning.Budget),
	}
	for _, p := range s.Policies {
		m.Policies = append(m.Policies, p.Name)
	}
	for i, one := range e.Provenances {
		if d := &e.Spec.Deployments[i]; d.Tokens != nil {
			m.Sources = append(m.Sources, store.EngineFigures{Deployment: d.Name, Kind: string(one.Basis), Text: one.Source})
		}
	}
	for _, in := range e.Inputs {
		m.Inputs = append(m.Inputs, store.FileSum{File: in.File, SHA256: in.SHA256})
	}
	return store.Archive{Manifest: m}, nil
}

// resultsFolder returns the folder of results whose manifest has a hash, if --out names none.
func resultsFolder(scenario, hash string) string {
	return filepath.Join("results", fmt.Sprintf("%s-%.8s", scenario, hash))
}

// fill adds the results of an experiment to its manifest.
func fill(a *store.Archive, e *scenarios.Experiment, r *scenarios.Results) {
	a.Rows, a.Series, a.Quantiles, a.Pooled = r.Rows, r.Series, r.Quantiles, r.Pooled
	a.Manifest.Completed, a.Manifest.References = r.Completed, sought(e)
	for _, agreed := range r.Agreement {
		a.Manifest.Agreed = append(a.Manifest.Agreed, store.Agreed(agreed))
	}
}

// Evaluate prepares the tables and figures of an experiment's results, as the command run shows and
// stores them. hash identifies the experiment in the lock of a folder of results.
func Evaluate(e *scenarios.Experiment, r scenarios.Results) (evaluation *reports.Evaluation, hash string, err error) {
	archive, err := manifest(e)
	if err != nil {
		return nil, "", err
	}
	hash = archive.Manifest.Hash()
	fill(&archive, e, &r)
	evaluation, err = reports.Evaluate(archive)
	return evaluation, hash, err
}

// sought returns the searches for references with their results, in the order of the policies.
func sought(e *scenarios.Experiment) (list []store.Sought) {
	found := e.Found()
	for _, p := range e.Scenario.Policies {
		if f, is := found[p.Name]; is {
			list = append(list, store.Sought{Policy: p.Name, Moves: p.Allocator.Reference() == registry.BestSchedule, Found: f.About, Runs: f.Runs, Reached: f.Reached})
		}
	}
	return list
}

func seconds[D ~int64](d D) float64 { return float64(d) / 1e9 }
