package build

import (
	"fmt"
	"slices"
	"strings"

	"wavetank/scenarios/file"
	"wavetank/scenarios/strict"
)

// findings gathers what is wrong with a scenario while it is built, step after step. A step may
// find fault with a value that an earlier step found fault with. That is left out: it may only
// follow from the earlier fault.
type findings struct {
	document *strict.Document
	all      strict.Faults
	settled  strict.Faults // those of earlier steps
}

// newFindings returns those of a file, beginning with what was found when it was read.
func newFindings(f *file.Loaded) *findings {
	return &findings{document: f.Document, all: f.Faults, settled: f.Faults}
}

// settle ends a step.
func (f *findings) settle() { f.settled = slices.Clone(f.all) }

// report notes a fault of the value at a path.
func (f *findings) report(path, message string) {
	if !f.settled.Touch(path) {
		f.all = append(f.all, f.document.Fault(path, message))
	}
}

// forget takes back what was found wrong with the value at a path.
func (f *findings) forget(path string) {
	f.all = slices.DeleteFunc(slices.Clone(f.all), func(one strict.Fault) bool { return one.Path == path })
}

// unnamed tells whether something is wrong with a list or with a name in it. Who uses a name that
// is not known may then mean that one.
func (f *findings) unnamed(list string) bool {
	return slices.ContainsFunc(f.settled, func(one strict.Fault) bool {
		if one.Path == list || one.Meant == list {
			return true
		}
		rest, ok := strings.CutPrefix(one.Path, list+"[")
		_, key, inside := strings.Cut(rest, "]")
		return ok && inside && (key == "" || key == ".name")
	})
}

// touched tells whether something was found wrong with a stream.
func (f *findings) touched(stream int) bool {
	return f.settled.Touch(fmt.Sprintf("workload[%d]", stream))
}

// sound tells whether nothing was found wrong with what the serving of a stream depends on. That is
// the stream itself, the fleet, machines, models and plans.
func (f *findings) sound(stream int) bool {
	for _, path := range []string{"fleet", "machines", "models", "planning", fmt.Sprintf("workload[%d]", stream)} {
		if f.settled.Touch(path) {
			return false
		}
	}
	return true
}
