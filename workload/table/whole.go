package table

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Table is a whole table in memory. A column can be looked up by several names. The name of a
// column of times can end in the unit, for example _ms.
type Table struct {
	Name    string // name of the file, for errors
	records bool   // rows are records of a document
	header  []string
	rows    [][]string
	lines   []int
	renamed map[string]int // index of each renamed column, by its name in the file
	// instant from which dates are counted, in nanoseconds since 1970; 0: none yet
	origin int64
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
	t := &Table{Name: r.name, records: r.records, header: r.found}
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

// Columns returns the names of the columns. The list must not be changed.
func (t *Table) Columns() []string { return t.header }

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
	return t.KeepIf(Condition{Column: column, Value: value})
}

// KeepIf keeps the rows that meet a condition, and removes all others.
func (t *Table) KeepIf(c Condition) error {
	column, _, _ := find(t.header, c.Column)
	var places []int // of the column, or of the members of an object
	for i, name := range t.header {
		if name == column && name != "" || strings.HasPrefix(name, c.Column+".") {
			places = append(places, i)
		}
	}
	if places == nil {
		return t.Missing(c.Column)
	}
	var rows [][]string
	var lines []int
	for i, row := range t.rows {
		cell := ""
		for _, place := range places {
			cell = cmp.Or(cell, row[place])
		}
		if c.Met([]byte(cell)) {
			rows, lines = append(rows, row), append(lines, t.lines[i])
		}
	}
	if len(rows) == 0 {
		return &FileError{File: t.Name, Err: fmt.Errorf("no row has %s", c)}
	}
	t.rows, t.lines = rows, lines
	return nil
}

// Rename gives a column another name. If unit is not empty, it is the unit of time of the column;
// otherwise the end of the column's old name gives it. A column can have several names.
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
	} else if _, u, ok := UnitOf(column); ok {
		name += "_" + u.String()
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
	return &FileError{File: t.Name, Line: t.lines[row], Bad: 1, Err: err, Records: t.records}
}

// Find looks up a column by several names, in their order. The name in the header may differ in its
// case and its separators, stand behind a dot, and be followed by a unit of time. Find returns the
// name in the header, and the length of the unit in seconds, or 1 without a unit. The name is empty
// if there is no such column.
func (t *Table) Find(names ...string) (column string, unit float64) {
	for _, name := range names {
		if column, u, has := find(t.header, name); has {
			return column, seconds[u]
		} else if column != "" {
			return column, 1
		}
	}
	return "", 0
}

// Numbers returns a column of numbers. It looks up the column as Find does. Times are in seconds.
// Each number in the file must be at least low. It returns nil if there is no such column.
func (t *Table) Numbers(low float64, names ...string) ([]float64, error) {
	_, unit := t.Find(names...)
	return t.values(names, func(string) func([]byte) (float64, error) {
		return func(text []byte) (float64, error) {
			v, err := ParseNumber(text)
			if err == nil && v < low {
				err = fmt.Errorf("%v is below %v", v, low)
			}
			return v * unit, err
		}
	})
}

// Spans returns a column of lengths of time in seconds, at least 0. It looks up the column as Find
// does. A cell may have a unit of its own, as in 12ms.
func (t *Table) Spans(names ...string) ([]float64, error) {
	_, unit := t.Find(names...)
	return t.values(names, func(string) func([]byte) (float64, error) {
		return func(text []byte) (float64, error) {
			v, err := ParseSpan(text, unit)
			if err == nil && v < 0 {
				err = fmt.Errorf("%s is below 0", Clip(text))
			}
			return v, err
		}
	})
}

// Instants returns a column of instants in seconds. It looks up the column as Find does; UnitFrom
// gives the unit. Dates, and numbers that count from 1970, are counted from the first of them in
// the table, so that nothing of their precision is lost.
func (t *Table) Instants(names ...string) ([]float64, error) {
	return t.values(names, func(column string) func([]byte) (float64, error) {
		unit := Auto
		return func(text []byte) (float64, error) {
			if unit == Auto && len(text) > 0 {
				unit = UnitFrom(column, text)
			}
			at, err := unit.Instant(text)
			const long = 1e16 // a third of a year, in nanoseconds
			if err == nil && (at > long || at < -long) {
				if t.origin == 0 {
					t.origin = at
				}
				at -= t.origin
			}
			return float64(at) / 1e9, err
		}
	})
}

// values reads a column, with a function that is made for the name of the column.
func (t *Table) values(names []string, of func(column string) func([]byte) (float64, error)) ([]float64, error) {
	column, _ := t.Find(names...)
	if column == "" {
		return nil, nil
	}
	at, parse := slices.Index(t.header, column), of(column)
	values := make([]float64, len(t.rows))
	bad := faults{records: t.records}
	for i, row := range t.rows {
		v, err := parse([]byte(strings.TrimSpace(row[at])))
		if err != nil {
			bad.add(t.Name, t.lines[i], fmt.Errorf("%s: %w", column, err))
		}
		values[i] = v
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
