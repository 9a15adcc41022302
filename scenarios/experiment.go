// Package scenarios runs the scenario that a user writes, in these steps:
//
//	file.Load           text → tree → file.Scenario; every fault with line and column
//	build.Build         file.Scenario → the specification of the fleet, the traffic, the inputs
//	check.New           what can be said before any run: demand, objectives, warnings
//	Prepare             joins what was written and what was built: an Experiment
//	Experiment.Capacity what replicas serve together, found as allocators ask
//	Experiment.Run      the grid: every replication of every policy
//	Experiment.trialWith one run: sim.Setup → engine.Run → facts → metrics.Board
//	RunKeeper           finds runs that an earlier command has finished
//	Results             rows, samples of series, distributions
//
// No step after build.Build reads the file again. Reports begin with the Results.
package scenarios

import (
	"wavetank/policies/optimize"
	"wavetank/scenarios/build"
	"wavetank/scenarios/check"
	"wavetank/scenarios/file"
	"wavetank/scenarios/once"
)

// Experiment is a scenario that is ready to run: the checked scenario file, and the parts that were
// built from it.
type Experiment struct {
	*check.Review
	Listed     []string // names of all policies in the file, selected or not
	Capacities Capacities

	Keeper  RunKeeper // keeps finished runs; nil: none are kept
	First   int       // number of the first replication
	AtLeast float64   // replaces the percentage that each objective asks for; 0: does not

	references once.Values[string, *ReferenceSetting] // the keys are names of policies
	plans      optimize.Memory
	loads      once.Values[cut, *windowLoads]
	world      once.Values[struct{}, string] // Key.Scenario
}

// Prepare builds an experiment from a scenario file. The error holds every fault, with its place in
// the file.
func Prepare(f *file.Loaded) (*Experiment, error) {
	b, err := build.Build(f)
	if err != nil {
		return nil, err
	}
	e := &Experiment{Review: check.New(b)}
	if err := e.Faults(f.Document).Err(); err != nil {
		return nil, err
	}
	for _, p := range f.Scenario.Policies {
		e.Listed = append(e.Listed, p.Name)
	}
	return e, nil
}

// Resolved returns the scenario as YAML with its defaults filled in. Loading it gives the same
// scenario.
func (e *Experiment) Resolved() ([]byte, error) { return e.Scenario.Resolved() }
