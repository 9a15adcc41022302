package table

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Table is a whole table in memory. A column can be looked up by several names. The name of a
// column of times can end in the unit, for example _ms.
type Table struct {
	Name    string // name of the file, for errors
	header  []string
	rows    [][]string
	lines   []int
	renamed map[string]int // index of each renamed column, by its name in the file
}

// Load reads a file.
func Load(f File) (*Table, error) {
	r, err := Open(f)
	if err != nil {
		return nil, err
	}
	return r.whole()
}

// whole reads all rows, and closes the file.
func (r *Reader) whole() (*Table, error) {
	t := &Table{Name: r.name, header: r.found}
	at := map[string]int{}
	if r.json {
		t.header = nil
	}
	for {
		line, ok := r.record()
		if !ok {
			break
		}
		row, err := r.everything(line, t, at)
		if err != nil {
			r.FailRow(err)
			continue
		}
		r.rows++
		t.rows, t.lines = append(t.rows, row), append(t.lines, r.line)
	}
	for i, row := range t.rows { // a later row of JSON lines may have added columns
		if short := len(t.header) - len(row); short > 0 {
			t.rows[i] = append(row, make([]string, short)...)
		}
	}
	if err := errors.Join(r.End(), r.Close()); err != nil {
		return nil, err
	}
	return t, nil
}

// everything returns all cells of a row. New members of JSON objects become new columns.
func (r *Reader) everything(line []byte, t *Table, at map[string]int) ([]string, error) {
	if !r.json {
		row := make([]string, 0, len(r.found))
		for rest, more := line, true; more; {
			var field []byte
			field, rest, more = cut(rest, r.comma)
			row = append(row, string(trim(field)))
		}
		if len(row) != len(r.found) {
			return nil, r.otherWidth(line)
		}
		return row, nil
	}
	row := make([]string, len(t.header))
	return row, flat(line, "", func(name string, value []byte) {
		place, known := at[name]
		if !known {
			place = len(t.header)
			at[name] = place
			t.header, row = append(t.header, name), append(row, "")
		}
		row[place] = string(value)
	})
}

// Len returns the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Has reports whether the table has a column.
func (t *Table) Has(column string) bool { return slices.Contains(t.header, column) }

// Line returns the line number of a row in the file, from 1.
func (t *Table) Line(row int) int { return t.lines[row] }

// Missing returns the fault of a missing column that may have one of several names.
func (t *Table) Missing(names ...string) error {
	return &FileError{File: t.Name, Line: 1, Bad: 1, Err: &MissingColumn{Names: names, Found: t.header}}
}

// Keep keeps the rows in which a column has the given value, and removes all others.
func (t *Table) Keep(column, value string) error {
	at := slices.Index(t.header, column)
	if at < 0 {
		return t.Missing(column)
	}
	var rows [][]string
	var lines []int
	for i, row := range t.rows {
		if row[at] == value {
			rows, lines = append(rows, row), append(lines, t.lines[i])
		}
	}
	if len(rows) == 0 {
		return &FileError{File: t.Name, Err: fmt.Errorf("no row has %s = %s", column, value)}
	}
	t.rows, t.lines = rows, lines
	return nil
}

// Rename gives a column another name. If unit is not empty, it is the unit of time of the column. A
// column can have several names.
func (t *Table) Rename(column, name, unit string) error {
	at := slices.Index(t.header, column)
	if was, ok := t.renamed[column]; ok && at < 0 { // renamed before: the new name gets a copy
		at = len(t.header)
		t.header = append(slices.Clip(t.header), column)
		for i, row := range t.rows {
			t.rows[i] = append(slices.Clip(row), row[was])
		}
	}
	if at < 0 {
		return t.Missing(column)
	}
	if unit != "" {
		if u, err := ParseUnit(unit); err != nil {
			return err
		} else if u == DateTime {
			return errors.New("unit: a date and time is not a length of time")
		}
		name += "_" + unit
	}
	for i, other := range t.header {
		if other == name && i != at {
			t.header[i] = "" // the renamed column replaces the column that had this name
		}
	}
	t.header[at] = name
	if t.renamed == nil {
		t.renamed = map[string]int{}
	}
	t.renamed[column] = at
	return nil
}

// Add adds a column.
func (t *Table) Add(name string, value func(row int) string) {
	t.header = append(slices.Clip(t.header), name)
	for i, row := range t.rows {
		t.rows[i] = append(slices.Clip(row), value(i))
	}
}

// Text returns a cell. The column must exist.
func (t *Table) Text(row int, column string) string {
	return t.rows[row][slices.Index(t.header, column)]
}

// Fault returns an error that names the file, the line and the column of a cell.
func (t *Table) Fault(row int, column, format string, args ...any) error {
	err := fmt.Errorf("%s: %s", column, fmt.Sprintf(format, args...))
	return &FileError{File: t.Name, Line: t.lines[row], Bad: 1, Err: err}
}

// Find looks up a column by several names, in their order. Each name may be followed by a unit of
// time in the header. Find returns the name in the header, and the length of the unit in seconds,
// or 1 without a unit. The name is empty if there is no such column.
func (t *Table) Find(names ...string) (column string, unit float64) {
	for _, name := range names {
		for _, u := range []Unit{Nanoseconds, Microseconds, Milliseconds, Seconds} {
			if full := name + "_" + u.String(); t.Has(full) {
				return full, seconds[u]
			}
		}
		if t.Has(name) {
			return name, 1
		}
	}
	return "", 0
}

// Numbers returns a column of numbers. It looks up the column as Find does. Times are in seconds.
// Each number in the file must be at least low. It returns nil if there is no such column.
func (t *Table) Numbers(low float64, names ...string) ([]float64, error) {
	column, unit := t.Find(names...)
	if column == "" {
		return nil, nil
	}
	at := slices.Index(t.header, column)
	values := make([]float64, len(t.rows))
	var bad faults
	for i, row := range t.rows {
		v, err := ParseNumber([]byte(strings.TrimSpace(row[at])))
		if err == nil && v < low {
			err = fmt.Errorf("%v is below %v", v, low)
		}
		if err != nil {
			bad.add(t.Name, t.lines[i], fmt.Errorf("%s: %w", column, err))
		}
		values[i] = v * unit
	}
	if bad.first != nil {
		return nil, bad.first
	}
	return values, nil
}

// Needed is Numbers for a column that must exist.
func (t *Table) Needed(low float64, names ...string) ([]float64, error) {
	values, err := t.Numbers(low, names...)
	if err == nil && values == nil {
		err = t.Missing(names...)
	}
	return values, err
}

// Sparse is Needed, but a cell that is empty or not a number counts as 0.
func (t *Table) Sparse(name string) ([]float64, error) {
	column, unit := t.Find(name)
	if column == "" {
		return nil, t.Missing(name)
	}
	at := slices.Index(t.header, column)
	values := make([]float64, len(t.rows))
	for i, row := range t.rows {
		if v, err := ParseNumber([]byte(row[at])); err == nil {
			values[i] = v * unit
		}
	}
	return values, nil
}
