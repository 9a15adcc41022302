package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Reader returns the rows of a table one after another.
//
// Before the first row, Need and Optional return the place of a column by its name. The place then
// identifies the cells of this column. A cell is valid until the next call of Next.
type Reader struct {
	*lines
	faults
	json bool
	// there is no header; rows may be shorter or longer than the list of names
	bare    bool
	found   []string       // columns of the header, or members of the first object
	comma   byte           // separator between the fields of a row
	head    int            // number of the header's line; 0: there is none
	line    int            // number of the present row's line
	text    []byte         // text of the present row
	rows    int            // rows that could be split into cells
	fields  map[string]int // the field of each column; negative if several columns have the name
	wanted  []string       // names of the columns that are read, by place
	places  map[string]int
	needed  []bool   // the column must exist; by place
	cells   [][]byte // cells of the present row, by place; nil: the row has no such cell
	placeOf []int    // place of each field of a row; −1: the field is not read
	nested  bool     // some wanted column is a member of an inner object, as in "usage.input"
	member  func(name, value []byte)
	joined  []byte // text of a row of several lines
}

// Open opens a file and reads its header.
func Open(f File) (*Reader, error) { return opened(f, nil) }

// OpenBare opens a file of comma-separated values without a header. The caller gives the names of
// the columns. In a row with fewer fields, the last columns are missing. Further fields of a longer
// row are ignored.
func OpenBare(f File, columns ...string) (*Reader, error) { return opened(f, columns) }

func opened(f File, bare []string) (*Reader, error) {
	in, err := f.Open()
	if err != nil {
		return nil, err
	}
	r, err := begin(f.Name, in, bare)
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	r.closers = append(r.closers, in)
	r.records = f.Records
	return r, nil
}

// Read reads a table from an open reader. The name is for errors.
func Read(name string, in io.Reader) (*Reader, error) { return begin(name, in, nil) }

func begin(name string, in io.Reader, bare []string) (*Reader, error) {
	l, err := newLines(name, in)
	if err != nil {
		return nil, err
	}
	r := &Reader{lines: l, comma: ',', bare: bare != nil, found: bare}
	if !r.bare {
		err = r.header()
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	r.placeOf = slices.Repeat([]int{-1}, len(r.found))
	r.fields, r.places = map[string]int{}, map[string]int{}
	for i, name := range r.found {
		if _, twice := r.fields[name]; twice {
			i = -1
		}
		r.fields[name] = i
	}
	r.member = r.take
	return r, nil
}

// header finds the format and the columns of the file from its first line.
func (r *Reader) header() error {
	line, ok := r.peek()
	if !ok {
		if err := r.broken(); err != nil {
			return err
		}
		return &FileError{File: r.name, Err: errEmpty}
	}
	if slices.ContainsFunc(line, func(b byte) bool { return b < ' ' && b != '\t' && b != '\r' && b != '\n' }) {
		return &FileError{File: r.name, Err: errBinary}
	}
	if line[0] == '{' {
		r.json, r.found = true, members(line)
		return nil
	}
	r.again = false
	comma, given := said(line)
	if given {
		if line, ok = r.next(); !ok {
			return &FileError{File: r.name, Err: errors.New("the file has no header")}
		}
	}
	first := bytes.Clone(line)
	at := r.read
	next, _ := r.peek()
	if !given {
		comma = separator(first, next)
	}
	r.comma = comma
	r.found = r.names(fields(first, comma), next)
	r.head = at
	return nil
}

// names returns the names of the columns. It reads the further rows of the header. The first row is
// given, and the line behind it, which is held.
func (r *Reader) names(first []string, next []byte) []string {
	rows := [][]string{first}
	for next != nil && len(rows) < mostHeaders {
		rows = append(rows, fields(next, r.comma))
		if _, count := headers(rows); count < len(rows) {
			break
		}
		r.again = false
		next, _ = r.peek()
	}
	names, _ := headers(rows)
	return names
}

// Name returns the name of the file.
func (r *Reader) Name() string { return r.name }

// JSON reports whether the file is JSON lines.
func (r *Reader) JSON() bool { return r.json }

// Columns returns the names of the columns: those of the header, or the members of the first
// object. The list must not be changed.
func (r *Reader) Columns() []string { return r.found }

// Has reports whether the table has a column.
func (r *Reader) Has(name string) bool {
	_, has := r.fields[name]
	return has
}

// Need returns the places of columns that the table must have. The error names all columns that are
// missing. JSON objects may have different members; Missing checks each row of JSON lines.
func (r *Reader) Need(names ...string) (places []int, err error) {
	var faults []error
	for _, name := range names {
		place, err := r.place(name, true)
		if err != nil {
			faults = append(faults, err)
		}
		places = append(places, place)
	}
	if len(faults) > 0 {
		return nil, &FileError{File: r.name, Line: max(1, r.head), Bad: 1, Err: errors.Join(faults...)}
	}
	return places, nil
}

// Optional returns the place of a column that the table may have, or −1 if it has no such column.
func (r *Reader) Optional(name string) (place int, err error) {
	if !r.json && !r.Has(name) {
		return -1, nil
	}
	place, err = r.place(name, false)
	if err != nil {
		err = &FileError{File: r.name, Line: max(1, r.head), Bad: 1, Err: err}
	}
	return place, err
}

// place returns the place of a column.
func (r *Reader) place(name string, needed bool) (int, error) {
	place, known := r.places[name]
	if !known {
		place = len(r.wanted)
		if !r.json {
			at, has := r.fields[name]
			switch {
			case !has:
				return -1, &MissingColumn{Names: []string{name}, Found: r.found}
			case at < 0:
				return -1, fmt.Errorf("column %q appears more than once", name)
			}
			r.placeOf[at] = place
		}
		r.places[name] = place
		r.nested = r.nested || strings.Contains(name, ".")
		r.wanted, r.needed, r.cells = append(r.wanted, name), append(r.needed, false), append(r.cells, nil)
	}
	r.needed[place] = r.needed[place] || needed
	return place, nil
}

// Next moves to the next row that can be split into cells. It returns false at the end of the file.
// It records the faults of the lines that it skips.
func (r *Reader) Next() bool {
	for {
		line, ok := r.next()
		r.line = r.read
		if !ok {
			return false
		}
		r.text = line
		var err error
		if r.json {
			clear(r.cells)
			err = object(line, r.member)
		} else if err = r.part(line); err == errUnfinished {
			if r.text, ok = r.join(line); !ok {
				return false
			}
			err = r.part(r.text)
			r.joined = r.joined[:0]
		}
		if err == nil {
			r.rows++
			return true
		}
		r.FailRow(err)
	}
}

// record returns the text of the next row. A row has several lines if a quoted field has several
// lines.
func (r *Reader) record() ([]byte, bool) {
	line, ok := r.next()
	r.line = r.read
	if !ok || r.json || bytes.IndexByte(line, '"') < 0 || !unfinished(line, r.comma, false) {
		return line, ok
	}
	return r.join(line)
}

// errUnfinished is the fault of a line that ends within a quoted field.
var errUnfinished = errors.New("a quoted field does not end")

// join adds the further lines of a quoted field to a row. It returns false if the field does not
// end.
func (r *Reader) join(line []byte) ([]byte, bool) {
	r.joined = append(r.joined[:0], line...)
	for r.scanner.Scan() && len(r.joined) < longestLine {
		r.read++
		more := r.scanner.Bytes()
		r.joined = append(append(r.joined, '\n'), more...)
		if !unfinished(more, r.comma, true) {
			return r.joined, true
		}
	}
	r.FailRow(errUnfinished)
	return nil, false
}

// part splits a row into its cells.
func (r *Reader) part(line []byte) error {
	if r.bare {
		clear(r.cells)
	}
	field, rest, more, whole := []byte(nil), line, true, len(r.joined) > 0
	for i := 0; more; i++ {
		if !whole && len(rest) > 0 && (rest[0] == '"' || rest[0] == ' ') {
			if whole = true; unfinished(rest, r.comma, false) {
				return errUnfinished
			}
		}
		field, rest, more = cut(rest, r.comma)
		if i >= len(r.placeOf) {
			if r.bare {
				return nil
			}
			return r.otherWidth(line)
		}
		if place := r.placeOf[i]; place >= 0 {
			r.cells[place] = trim(field)
		}
		if !more && i+1 < len(r.placeOf) && !r.bare {
			return r.otherWidth(line)
		}
	}
	return nil
}

func (r *Reader) otherWidth(line []byte) error {
	return fmt.Errorf("%d fields, but the header has %d", len(fields(line, r.comma)), len(r.placeOf))
}

// take stores the value of a member if it is wanted. If several members have the same name, the
// first one counts.
func (r *Reader) take(name, value []byte) {
	for place, wanted := range r.wanted {
		if wanted == string(name) && r.cells[place] == nil {
			r.cells[place] = value
			return
		}
	}
	// If flat returns an error, the value is not an object and has no members.
	if r.nested && len(value) > 0 && value[0] == '{' {
		_ = flat(value, string(name)+".", func(name string, value []byte) {
			if place, wanted := r.places[name]; wanted && r.cells[place] == nil {
				r.cells[place] = value
			}
		})
	}
}

// Members returns the names of the members of the present row of JSON lines.
func (r *Reader) Members() []string { return members(r.text) }

// Line returns the line number of the present row, from 1.
func (r *Reader) Line() int { return r.line }

// Cell returns the text of a cell of the present row, or nil if the row has no such cell.
func (r *Reader) Cell(place int) []byte {
	if place < 0 {
		return nil
	}
	return r.cells[place]
}

// Missing returns an error if the present row lacks a needed cell, and otherwise nil.
func (r *Reader) Missing(place int) error {
	switch {
	case place < 0 || r.cells[place] != nil || !r.needed[place]:
		return nil
	case r.json:
		return &MissingColumn{Names: []string{r.wanted[place]}, Found: members(r.text)}
	}
	return fmt.Errorf("%s: there is no such field in the line", r.wanted[place])
}

// Text returns the text of a cell. A cell of a needed column must exist and not be empty.
func (r *Reader) Text(place int) string {
	text, ok := r.cell(place)
	if ok && len(text) == 0 && r.needed[place] {
		r.Fail(place, errMissing)
	}
	return string(text)
}

// Count returns the whole number in a cell, from 0 to 2³¹ − 1.
func (r *Reader) Count(place int) int32 { return parsed(r, place, ParseCount) }

// Number returns the finite number in a cell.
func (r *Reader) Number(place int) float64 { return parsed(r, place, ParseNumber) }

// SinceZero returns the instant in a cell, in nanoseconds. It is written as a number of seconds, or
// as a span with a unit.
func (r *Reader) SinceZero(place int) int64 { return parsed(r, place, SinceZero) }

func parsed[T any](r *Reader, place int, parse func([]byte) (T, error)) (value T) {
	text, ok := r.cell(place)
	if !ok {
		return value
	}
	value, err := parse(text)
	if err != nil {
		r.Fail(place, err)
	}
	return value
}

// cell returns a cell. It returns false if the row has no such cell, and records a fault if the
// cell is needed.
func (r *Reader) cell(place int) ([]byte, bool) {
	if err := r.Missing(place); err != nil {
		r.FailRow(err)
	}
	text := r.Cell(place)
	return text, text != nil
}

// Fail records a fault of a cell in the present row.
func (r *Reader) Fail(place int, err error) { r.FailRow(fmt.Errorf("%s: %w", r.wanted[place], err)) }

// FailRow records a fault of the present row.
func (r *Reader) FailRow(err error) { r.add(r.name, r.line, err) }

// Good reports whether the present row has no fault.
func (r *Reader) Good() bool { return r.first == nil || r.last != r.line }

// Bad returns the number of bad lines so far.
func (r *Reader) Bad() int {
	if r.first == nil {
		return 0
	}
	return r.first.Bad
}

// Broken returns the error that has stopped the reading so far, if any.
func (r *Reader) Broken() error { return r.broken() }

// Whole returns a fault of the whole file.
func (r *Reader) Whole(err error) error { return &FileError{File: r.name, Err: err} }

// End returns all faults of the file. It is called after Next has returned false.
func (r *Reader) End() error {
	broken := r.broken()
	if broken != nil && !errors.Is(broken, errLong) {
		r.forgive(r.line)
	}
	switch {
	case r.first != nil:
		return errors.Join(r.first, broken)
	case broken == nil && r.rows == 0:
		return r.Whole(errors.New("the file has no rows"))
	}
	return broken
}
