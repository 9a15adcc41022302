// Package strict reads YAML that people write by hand. It decodes into Go structs and reports every
// fault at once, each with its line, column and path, and with the word that was probably meant.
// The same structs give the text back (Encode) and the JSON schema for editors (Schema).
//
// The tags of struct fields say what a file holds:
//
//	yaml:"name"       key of the field; options are "required", "omitempty",
//	                  and "distinct": no entry of the list stands twice
//	yaml:",inline"    an embedded struct lends its fields to the outer one
//	doc:"…"           what the schema says of the field
//	was:"old,older"   what the key was called before; Document.Warnings tells where it still is
//
// A field without the tag yaml is not part of the file.
package strict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing wrong with a file.
type Fault struct {
	File string
	// Line and Column count from 1. They are 0 if the fault is in no file, such as in a value of
	// the command line.
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

// Faults are all the things wrong with a file, in the order of their positions.
type Faults []Fault

// Error writes one line per fault.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the single faults to errors.As.
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

// Touch tells whether one of the faults concerns the value at a path, something inside it, or what
// it lies in. Whatever else is said of such a value may only follow from that fault.
func (f Faults) Touch(path string) bool {
	return slices.ContainsFunc(f, func(one Fault) bool {
		return within(one.Path, path) || within(path, one.Path) || one.Meant != "" && (within(one.Meant, path) || within(path, one.Meant))
	})
}

// Sorted returns the faults in the order of their positions, without repetitions. What is wrong
// with a value that an anchor lends to several places is told once. Faults that are in no file come
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
