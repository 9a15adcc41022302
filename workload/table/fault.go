package table

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"wavetank/sim/spelling"
)

// MostTold is the most bad lines of a file that an error lists.
const MostTold = 10

// FileError holds the faults of a file: its first bad lines, and the number of all bad lines.
type FileError struct {
	File string
	Line int // number of the first bad line, from 1; 0: the whole file is bad
	Bad  int // bad lines in the whole file
	Err  error
	More []BadLine // bad lines after the first, as far as they are listed
	// Records says that lines are records of a document.
	Records bool
}

// BadLine is a line that cannot be used.
type BadLine struct {
	Line int
	Err  error
}

// Error names the file, the first bad line, and the further bad lines that are listed.
func (f *FileError) Error() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %v", f.File, f.Err)
	}
	var b strings.Builder
	for i, m := range messages(f.Err) {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(m.in(f.File, f.Line, f.Records))
	}
	if f.Bad > 1 {
		fmt.Fprintf(&b, " (%d bad lines in all)", f.Bad)
	}
	for _, l := range f.More {
		for _, m := range messages(l.Err) {
			fmt.Fprintf(&b, "\n  %s", m.in(f.File, l.Line, f.Records))
		}
	}
	return b.String()
}

// Unwrap returns the fault of the first bad line.
func (f *FileError) Unwrap() error { return f.Err }

// parts returns the errors that errors.Join has joined.
func parts(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// message is one thing that is wrong with a line.
type message struct {
	place int // the character of the line where it stands, from 1; 0: not told
	text  string
}

// in writes the message with its place.
func (m message) in(file string, line int, record bool) string {
	if record {
		return fmt.Sprintf("%s: record %d: %s", file, line, m.text)
	}
	if m.place == 0 {
		return fmt.Sprintf("%s:%d: %s", file, line, m.text)
	}
	return fmt.Sprintf("%s:%d:%d: %s", file, line, m.place, m.text)
}

// placed is a fault at one character of a line.
type placed struct {
	error
	place int
}

func (p placed) Unwrap() error { return p.error }

// messages returns the faults of a line, each once. Missing columns share one message, because each
// has the same list of columns that were found.
func messages(err error) (list []message) {
	var missing *MissingColumn
	var names []string
	meant := ""
	for _, part := range parts(err) {
		if m, ok := errors.AsType[*MissingColumn](part); ok {
			missing, names, meant = m, append(names, m.wanted()), meant+m.meant()
			continue
		}
		at, _ := errors.AsType[placed](part)
		list = append(list, message{at.place, part.Error()})
	}
	switch {
	case len(names) == 1:
		list = append([]message{{text: missing.Error()}}, list...)
	case len(names) > 1:
		text := fmt.Sprintf("columns %s are missing; there are %s%s", strings.Join(names, ", "), Listed(missing.Found), meant)
		list = append([]message{{text: text}}, list...)
	}
	return list
}

// MissingColumn is the fault of a file, or of an object of JSON lines, that lacks a column.
type MissingColumn struct {
	Names []string // names of the column; any of them would do
	Found []string // columns of the table
}

// Error lists the columns that were found.
func (m *MissingColumn) Error() string {
	return fmt.Sprintf("column %s is missing; there are %s%s", m.wanted(), Listed(m.Found), m.meant())
}

// meant names the column that was probably meant, or returns "".
func (m *MissingColumn) meant() string {
	const shortest = 3 // letters of a name; every short name is near to a shorter one
	for _, name := range m.Names {
		if len(name) < shortest || slices.Contains(m.Found, name) { // a row of JSON lines lacks it
			continue
		}
		if best := spelling.Meant(name, m.Found); best != "" {
			return best
		}
	}
	return ""
}

// wanted lists the names of the column, or the first ones if they are many.
func (m *MissingColumn) wanted() string {
	const most = 4
	var names []string
	for i, name := range m.Names {
		if i == most-1 && len(m.Names) > most {
			names = append(names, "another name of it")
			break
		}
		names = append(names, fmt.Sprintf("%q", name))
	}
	return strings.Join(names, " or ")
}

// Listed lists names for a message. It shortens a list that is too long to read. Without names it
// returns "none".
func Listed(names []string) string {
	const most = 20
	var b strings.Builder
	if len(names) == 0 {
		b.WriteString("none")
	}
	for i, name := range names {
		if i == most {
			fmt.Fprintf(&b, " and %d others", len(names)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strings.ToValidUTF8(string(Clip([]byte(name))), "?"))
	}
	return b.String()
}

// faults collects the bad lines of a file.
type faults struct {
	first   *FileError
	records bool // lines are records of a document
	last    int  // the line of the last fault
}

// add records a fault of a line. A line may have several faults.
func (f *faults) add(file string, line int, err error) {
	switch {
	case f.first == nil:
		f.first = &FileError{File: file, Line: line, Bad: 1, Err: err, Records: f.records}
	case line == f.last && f.first.Bad == 1:
		f.first.Err = errors.Join(append(parts(f.first.Err), err)...)
	case line == f.last:
		if more := f.first.More; more[len(more)-1].Line == line {
			more[len(more)-1].Err = errors.Join(append(parts(more[len(more)-1].Err), err)...)
		}
	default:
		if f.first.Bad < MostTold {
			f.first.More = append(f.first.More, BadLine{line, err})
		}
		f.first.Bad++
	}
	f.last = line
}

// forgive removes the faults of a line, because the file could not be read beyond it.
func (f *faults) forgive(line int) {
	switch first := f.first; {
	case first == nil || f.last != line:
	case first.Bad == 1:
		f.first = nil
	default:
		if more := first.More; len(more) > 0 && more[len(more)-1].Line == line {
			first.More = more[:len(more)-1]
		}
		first.Bad--
	}
}

// FaultyLines collects the faults of a text file that is not a table, in the order of its lines.
type FaultyLines struct {
	File string
	list faults
}

// Add records a fault of a line, from 1. Line 0 means the whole file.
func (f *FaultyLines) Add(line int, err error) { f.list.add(f.File, line, err) }

// AddAt notes what is wrong at one character of a line; both count from 1.
func (f *FaultyLines) AddAt(line, place int, err error) {
	f.list.add(f.File, line, placed{err, place})
}

// Bad returns the number of bad lines.
func (f *FaultyLines) Bad() int {
	if f.list.first == nil {
		return 0
	}
	return f.list.first.Bad
}

// Err returns all faults as one FileError, or nil if there are none.
func (f *FaultyLines) Err() error {
	if f.list.first == nil {
		return nil
	}
	return f.list.first
}

// Join joins errors, as errors.Join does. All FileErrors of one file become one FileError, in the
// order of its lines.
func Join(errs ...error) error {
	var rest []error
	var merged []*merger
	var each func(err error)
	each = func(err error) {
		switch e := err.(type) {
		case nil:
		case *FileError:
			at := slices.IndexFunc(merged, func(m *merger) bool { return m.file == e.File })
			if at < 0 {
				at = len(merged)
				merged = append(merged, &merger{file: e.File})
			}
			merged[at].add(e)
		case interface{ Unwrap() []error }:
			for _, one := range e.Unwrap() {
				each(one)
			}
		default:
			rest = append(rest, err)
		}
	}
	for _, err := range errs {
		each(err)
	}
	var all []error
	for _, m := range merged {
		all = append(all, m.faults()...)
	}
	return errors.Join(append(all, rest...)...)
}

// merger makes one FileError of several FileErrors of the same file.
type merger struct {
	file    string
	whole   []error   // faults of the whole file
	lines   []BadLine // the bad lines that are listed
	records bool
	untold  int // the largest number of unlisted bad lines of one FileError
}

func (m *merger) add(f *FileError) {
	if f.Line == 0 {
		m.whole = append(m.whole, f)
		return
	}
	m.records = f.Records
	m.lines = append(append(m.lines, BadLine{f.Line, f.Err}), f.More...)
	m.untold = max(m.untold, f.Bad-1-len(f.More))
}

func (m *merger) faults() []error {
	slices.SortStableFunc(m.lines, func(a, b BadLine) int { return a.Line - b.Line })
	all := faults{records: m.records}
	for _, l := range m.lines {
		for _, err := range parts(l.Err) {
			all.add(m.file, l.Line, err)
		}
	}
	if all.first == nil {
		return m.whole
	}
	all.first.Bad += m.untold
	return append([]error{all.first}, m.whole...)
}
