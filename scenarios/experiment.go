// Package scenarios runs what a user writes. One scenario walks in one direction:
//
//	file.Load           text → tree → file.Scenario; every fault with line and column
//	build.Build         file.Scenario → the specification of the fleet, the traffic, the inputs
//	check.New           what can be said before any run: demand, objectives, warnings
//	Prepare             what was written beside what was built: an Experiment
//	Experiment.Capacity what replicas serve together, found as allocators ask
//	Experiment.Run      the grid: every replication of every policy
//	Experiment.trial    one of them: sim.Setup → engine.Run → facts → metrics.Board
//	Results             rows, samples of series, distributions
//
// Nothing is asked of the file again once it has been built. Reports begin at the Results.
package scenarios

import (
	"wavetank/scenarios/build"
	"wavetank/scenarios/check"
	"wavetank/scenarios/file"
	"wavetank/scenarios/once"
)

// Experiment is a scenario that has been checked and built, ready to run: what was written, beside
// what was built of it.
type Experiment struct {
	*check.Review
	Listed     []string // names of the policies in the file, selected or not
	Capacities Capacities

	First   int     // number of the first replication; the others follow it
	AtLeast float64 // percent of its requests that every objective asks for; 0: as they say

	references once.Values[string, *ReferenceSetting] // by the name of the policy
	loads      once.Values[cut, *windowLoads]
}

// Prepare builds a scenario. The error holds every fault, with its place in the file.
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
