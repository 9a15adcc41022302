// Package archive joins an experiment and its results to what is stored and shown of them.
package archive

import (
	"wavetank/policies/registry"
	"wavetank/reports/store"
	"wavetank/scenarios"
)

// Of returns everything on which the results of an experiment depend, without the results.
func Of(e *scenarios.Experiment) (store.Archive, error) {
	resolved, err := e.Resolved()
	if err != nil {
		return store.Archive{}, err
	}
	s := &e.Scenario
	m := store.Manifest{
		Scenario: s.Name, About: s.About, Version: Version, Build: CurrentBuild(), Seed: s.Seed, Replications: s.Replications,
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

// Fill adds the results of an experiment to its archive.
func Fill(a *store.Archive, e *scenarios.Experiment, r *scenarios.Results) {
	a.Rows, a.Series, a.Quantiles, a.Pooled = r.Rows, r.Series, r.Quantiles, r.Pooled
	a.Manifest.Completed, a.Manifest.References = r.Completed, Sought(e)
	for _, agreed := range r.Agreement {
		a.Manifest.Agreed = append(a.Manifest.Agreed, store.Agreed(agreed))
	}
}

// Sought returns the searches for references with their results, in the order of the policies.
func Sought(e *scenarios.Experiment) (list []store.Sought) {
	found := e.Found()
	for _, p := range e.Scenario.Policies {
		if f, is := found[p.Name]; is {
			list = append(list, store.Sought{Policy: p.Name, Moves: p.Allocator.Reference() == registry.BestSchedule, Found: f.About, Runs: f.Runs, Reached: f.Reached})
		}
	}
	return list
}

func seconds[D ~int64](d D) float64 { return float64(d) / 1e9 }
