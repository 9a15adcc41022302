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
// Before the first row, Need and Optional take the name of a column and return its place. Cells are
// then read by that place. A cell is valid until the next call of Next.
type Reader struct {
	*lines
	faults
	json    bool
	bare    bool           // there is no header; rows may be shorter or longer than the names given
	found   []string       // columns of the header, or members of the first object
	comma   byte           // between the fields of a row
	line    int            // number of the present row's line
	text    []byte         // text of the present row
	rows    int            // rows that could be split into cells
	fields  map[string]int // the field of each column; below 0 if several have the name
	wanted  []string       // names, by place
	places  map[string]int
	needed  []bool   // by place
	cells   [][]byte // cells of the present row, by place; nil: there is none
	placeOf []int    // place of each field of a row; −1: it is not read
	nested  bool     // a wanted column is a member of an inner object, as in "usage.input"
	member  func(name, value []byte)
	joined  []byte // a row of several lines
}

// Open opens a file and reads its header.
func Open(f File) (*Reader, error) { return opened(f, nil) }

// OpenBare opens a file of comma-separated values without a header, whose columns have these names.
// If a row has fewer fields, the others are missing. If it has more, the further ones are not read.
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
	return r, nil
}

// Read reads a table from a reader that is open already. The name is for errors.
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

// header finds out from the first line what the file is, and which columns it has.
func (r *Reader) header() error {
	line, ok := r.peek()
	if !ok {
		if err := r.broken(); err != nil {
			return err
		}
		return &FileError{File: r.name, Err: errEmpty}
	}
	if slices.ContainsFunc(line, func(b byte) bool { return b < ' ' && b != '\t' && b != '\r' }) {
		return &FileError{File: r.name, Err: errBinary}
	}
	if line[0] == '{' {
		r.json, r.found = true, members(line)
		return nil
	}
	r.again = false
	r.comma = separator(line)
	r.found = fields(line, r.comma)
	return nil
}

// Name returns the name of the file.
func (r *Reader) Name() string { return r.name }

// JSON reports whether the file is JSON lines.
func (r *Reader) JSON() bool { return r.json }

// Columns returns the names of the columns that were found: those of the header, or the members of
// the first object. The list must not be changed.
func (r *Reader) Columns() []string { return r.found }

// Has reports whether a column was found.
func (r *Reader) Has(name string) bool {
	_, has := r.fields[name]
	return has
}

// Need returns the places of columns that the table must have. The error names all that are
// missing. In JSON lines, where each object may have other members, Missing tells for each row.
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
		return nil, &FileError{File: r.name, Line: max(1, r.read), Bad: 1, Err: errors.Join(faults...)}
	}
	return places, nil
}

// Optional returns the place of a column that a table may have, or −1 if it has none.
func (r *Reader) Optional(name string) (place int, err error) {
	if !r.json && !r.Has(name) {
		return -1, nil
	}
	place, err = r.place(name, false)
	if err != nil {
		err = &FileError{File: r.name, Line: max(1, r.read), Bad: 1, Err: err}
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
				return -1, fmt.Errorf("column %q is there more than once", name)
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

// Next goes on to the next row that can be split into cells. It returns false at the end of the
// file. It notes what is wrong with the lines that it passes over.
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

// record returns the next row as it is written. A quoted field may hold several lines.
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

// join adds the lines that a quoted field goes on in. It returns false if the field does not
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

// take keeps the value of a member that is wanted. If several members have the same name, the first
// one counts.
func (r *Reader) take(name, value []byte) {
	for place, wanted := range r.wanted {
		if wanted == string(name) && r.cells[place] == nil {
			r.cells[place] = value
			return
		}
	}
	// An error of flat says that the value is no object after all. Then it has no members.
	if r.nested && len(value) > 0 && value[0] == '{' {
		_ = flat(value, string(name)+".", func(name string, value []byte) {
			if place, wanted := r.places[name]; wanted && r.cells[place] == nil {
				r.cells[place] = value
			}
		})
	}
}

// Line returns the number of the present row's line, from 1.
func (r *Reader) Line() int { return r.line }

// Cell returns the text of a cell of the present row, or nil if there is none.
func (r *Reader) Cell(place int) []byte {
	if place < 0 {
		return nil
	}
	return r.cells[place]
}

// Missing returns the fault of a cell that the present row needs and does not have. It returns nil
// if there is no fault.
func (r *Reader) Missing(place int) error {
	switch {
	case place < 0 || r.cells[place] != nil || !r.needed[place]:
		return nil
	case r.json:
		return &MissingColumn{Names: []string{r.wanted[place]}, Found: members(r.text)}
	}
	return fmt.Errorf("%s: there is no such field in the line", r.wanted[place])
}

// Text returns the text of a cell. A cell of a needed column must be there and not be empty.
func (r *Reader) Text(place int) string {
	text, ok := r.cell(place)
	if ok && len(text) == 0 && r.needed[place] {
		r.Fail(place, errMissing)
	}
	return string(text)
}

// Count returns the whole number of a cell, from 0 to 2³¹ − 1.
func (r *Reader) Count(place int) int32 { return parsed(r, place, ParseCount) }

// Number returns the finite number of a cell.
func (r *Reader) Number(place int) float64 { return parsed(r, place, ParseNumber) }

// SinceZero returns the instant of a cell in nanoseconds: plain seconds, or a span with its unit.
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

// cell returns a cell, and false if there is none. If the cell was needed, that is noted as a
// fault.
func (r *Reader) cell(place int) ([]byte, bool) {
	if err := r.Missing(place); err != nil {
		r.FailRow(err)
	}
	text := r.Cell(place)
	return text, text != nil
}

// Fail notes what is wrong with a cell of the present row.
func (r *Reader) Fail(place int, err error) { r.FailRow(fmt.Errorf("%s: %w", r.wanted[place], err)) }

// FailRow notes what is wrong with the present row.
func (r *Reader) FailRow(err error) { r.add(r.name, r.line, err) }

// Good reports whether nothing is wrong with the present row.
func (r *Reader) Good() bool { return r.first == nil || r.last != r.line }

// Bad returns the number of bad lines so far.
func (r *Reader) Bad() int {
	if r.first == nil {
		return 0
	}
	return r.first.Bad
}

// Broken returns the error that stopped the reading, if it is known before the end.
func (r *Reader) Broken() error { return r.broken() }

// Whole returns the fault of the file as a whole.
func (r *Reader) Whole(err error) error { return &FileError{File: r.name, Err: err} }

// End returns all that is wrong with the file, once Next has returned false.
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
