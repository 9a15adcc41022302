package build

import (
	"fmt"
	"slices"
	"strings"

	"wavetank/scenarios/file"
	"wavetank/scenarios/strict"
)

// findings collects the faults of a scenario while it is built, step after step. A fault is left
// out if an earlier step found a fault in the same value, because it may be a consequence.
type findings struct {
	document *strict.Document
	all      strict.Faults
	settled  strict.Faults // the faults of earlier steps
}

// newFindings returns the findings of a file. They begin with the faults found when it was read.
func newFindings(f *file.Loaded) *findings {
	return &findings{document: f.Document, all: f.Faults, settled: f.Faults}
}

// settle ends a step: its faults become faults of an earlier step.
func (f *findings) settle() { f.settled = slices.Clone(f.all) }

// report adds a fault of the value at a path, unless an earlier step found one there.
func (f *findings) report(path, message string) {
	if !f.settled.Touch(path) {
		f.all = append(f.all, f.document.Fault(path, message))
	}
}

// forget removes the faults of the value at a path.
func (f *findings) forget(path string) {
	f.all = slices.DeleteFunc(slices.Clone(f.all), func(one strict.Fault) bool { return one.Path == path })
}

// unnamed reports whether a list, or the name of an entry in it, has a fault. If so, an unknown
// name elsewhere may mean the faulty entry.
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

// touched reports whether earlier steps found a fault in a stream.
func (f *findings) touched(stream int) bool {
	return f.settled.Touch(fmt.Sprintf("workload[%d]", stream))
}

// sound reports whether earlier steps found no fault in a stream and in what serves it: the fleet,
// machines, models and planning.
func (f *findings) sound(stream int) bool {
	for _, path := range []string{"fleet", "machines", "models", "planning", fmt.Sprintf("workload[%d]", stream)} {
		if f.settled.Touch(path) {
			return false
		}
	}
	return true
}
