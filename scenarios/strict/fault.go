// Package strict reads YAML that people write by hand. It decodes YAML into Go structs and reports
// all faults at once. Each fault has its line, column and path, and the word that was probably
// meant. Encode writes the same structs as YAML, and Schema makes a JSON schema for editors from
// them.
//
// The tags of struct fields describe the keys of a file:
//
//	yaml:"name"       key of the field; options are "required", "omitempty",
//	                  and "distinct" (no entry of the list may be repeated)
//	yaml:",inline"    the keys of an embedded struct belong to the outer struct
//	doc:"…"           description of the field in the schema
//	was:"old,older"   old names of the key; Document.Warnings warns of them
//
// A field without the tag yaml is not part of the file.
package strict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one fault of a file.
type Fault struct {
	File string
	// Line and Column count from 1. They are 0 if the fault is not in a file but, for example, in a
	// value of the command line.
	Line, Column int
	Path         string // such as "workload[0].arrivals.rate"; empty for the whole document
	Message      string
	// Meant is the path of the key that was probably meant. Only unknown keys have it.
	Meant string
}

// Error writes the fault on one line, as "scenario.yaml:12:5: workload[0].rte: unknown key".
func (f Fault) Error() string {
	var b strings.Builder
	if f.File != "" {
		b.WriteString(f.File)
		if f.Line > 0 {
			fmt.Fprintf(&b, ":%d:%d", f.Line, f.Column)
		}
		b.WriteString(": ")
	}
	if f.Path != "" {
		b.WriteString(f.Path + ": ")
	}
	return Printable(b.String() + f.Message)
}

// Faults are all faults of a file, in the order of their positions.
type Faults []Fault

// Error writes one line for each fault.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the single faults, for errors.As.
func (f Faults) Unwrap() []error {
	all := make([]error, len(f))
	for i, fault := range f {
		all[i] = fault
	}
	return all
}

// Err returns the faults as an error, nil when there are none.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// Touch reports whether one of the faults is at a path, inside the value at this path, or at a
// value around it. Any further fault of the value may be a mere consequence.
func (f Faults) Touch(path string) bool {
	return slices.ContainsFunc(f, func(one Fault) bool {
		return within(one.Path, path) || within(path, one.Path) || one.Meant != "" && (within(one.Meant, path) || within(path, one.Meant))
	})
}

// Sorted returns the faults in the order of their positions, without repetitions. If an anchor puts
// a faulty value in several places, its fault is reported once. Faults that are not in a file come
// last.
func (f Faults) Sorted() Faults {
	sorted := slices.Clone(f)
	slices.SortStableFunc(sorted, func(a, b Fault) int {
		if (a.Line == 0) != (b.Line == 0) {
			return cmp.Compare(b.Line, a.Line)
		}
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Path, b.Path), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(sorted, func(a, b Fault) bool {
		return a == b || a.Line > 0 && a.Line == b.Line && a.Column == b.Column && a.Message == b.Message && last(a.Path) == last(b.Path)
	})
}
