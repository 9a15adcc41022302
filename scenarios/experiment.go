package scenarios

import (
	"wavetank/scenarios/build"
	"wavetank/scenarios/check"
	"wavetank/scenarios/file"
)

// Experiment is a scenario that has been checked and built, ready to run: what was written, beside
// what was built of it.
type Experiment struct {
	*check.Review
	Listed []string // the names of the policies that the file lists, whether they are selected or not
}

// Prepare builds a scenario. The error holds every fault, with its place in the file.
func Prepare(f *file.Loaded) (*Experiment, error) {
	b, err := build.Build(f)
	if err != nil {
		return nil, err
	}
	e := &Experiment{Review: check.New(b)}
	for _, p := range f.Scenario.Policies {
		e.Listed = append(e.Listed, p.Name)
	}
	return e, nil
}

// Resolved returns the scenario as YAML with every default filled in. Loading it gives the same
// scenario.
func (e *Experiment) Resolved() ([]byte, error) { return e.Scenario.Resolved() }
