// Package measured reads what was measured of LLM engines: logs of requests, means at several loads,
// what load generators report, and what files tell of an engine.
package measured

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"wavetank/workload/table"
)

// Table is the rows of a CSV file with a header, or the objects of JSON lines.
type Table struct {
	Name   string
	header []string
	rows   [][]string
	lines  []int

	renamed map[string]int // columns by their names in the file
}

// OpenTable reads a file of CSV or of JSON lines, plain or, by its name, gzip.
func OpenTable(path string) (t *Table, err error) {
	f, err := table.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var from io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if from, err = gzip.NewReader(f); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return ReadTable(path, from)
}

// ReadTable reads CSV, or JSON lines where it begins with an object; name is what errors call it.
func ReadTable(name string, from io.Reader) (*Table, error) {
	t := &Table{Name: name}
	text := bufio.NewReader(from)
	read := t.readCSV
	if begin, _ := text.Peek(1); string(begin) == "{" {
		read = t.readLines
	}
	if err := read(text); err != nil {
		return nil, err
	}
	if len(t.rows) == 0 {
		return nil, fmt.Errorf("%s: no rows", name)
	}
	return t, nil
}

func (t *Table) readCSV(from *bufio.Reader) error {
	r := csv.NewReader(from)
	r.TrimLeadingSpace = true
	begin, _ := from.Peek(from.Size()) // as much as there is
	first, _, _ := bytes.Cut(begin, []byte{'\n'})
	if bytes.IndexByte(first, 0) >= 0 || len(first) < len(begin) && !utf8.Valid(first) {
		return fmt.Errorf("%s: the file is binary, not text", t.Name)
	}
	r.Comma = rune(table.Separator(first))
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
		if t.header == nil {
			row[0] = strings.TrimPrefix(row[0], "\ufeff")
			t.header = row
			continue
		}
		line, _ := r.FieldPos(0)
		t.rows, t.lines = append(t.rows, row), append(t.lines, line)
	}
	return nil
}

// Len returns the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Has reports whether there is a column.
func (t *Table) Has(column string) bool { return slices.Contains(t.header, column) }

// Keep leaves only the rows in which a column has a value.
func (t *Table) Keep(column, value string) error {
	at := slices.Index(t.header, column)
	if at < 0 {
		return fmt.Errorf("%s:1: there is no column %q to select by; columns are %s", t.Name, column, t.columns())
	}
	var rows [][]string
	var lines []int
	for i, row := range t.rows {
		if row[at] == value {
			rows, lines = append(rows, row), append(lines, t.lines[i])
		}
	}
	if len(rows) == 0 {
		return fmt.Errorf("%s: no row has %s = %s", t.Name, column, value)
	}
	t.rows, t.lines = rows, lines
	return nil
}

// Rename gives a column another name, with a unit of time where one is given.
func (t *Table) Rename(column, name, unit string) error {
	at := slices.Index(t.header, column)
	if was, ok := t.renamed[column]; ok && at < 0 { // it is two things
		at = len(t.header)
		t.header = append(slices.Clip(t.header), column)
		for i, row := range t.rows {
			t.rows[i] = append(slices.Clip(row), row[was])
		}
	}
	if at < 0 {
		return fmt.Errorf("%s:1: there is no column %q; columns are %s", t.Name, column, t.columns())
	}
	if unit != "" {
		name += "_" + unit
		if !slices.ContainsFunc(units, func(u timeUnit) bool { return u.ending == "_"+unit }) {
			return fmt.Errorf("there is no unit %q of time: ns, us, ms or s", unit)
		}
	}
	for i, other := range t.header {
		if other == name && i != at {
			t.header[i] = "" // the column meant takes its place
		}
	}
	t.header[at] = name
	if t.renamed == nil {
		t.renamed = map[string]int{}
	}
	t.renamed[column] = at
	return nil
}

// columns lists the names of the columns.
func (t *Table) columns() string { return strings.Join(t.header, ", ") }

// Text returns a cell; the column must be there.
func (t *Table) Text(row int, column string) string {
	return t.rows[row][slices.Index(t.header, column)]
}

// Fault names the place of a cell in an error.
func (t *Table) Fault(row int, column, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s: %s", t.Name, t.lines[row], column, fmt.Sprintf(format, args...))
}

type timeUnit struct {
	ending string
	size   float64
}

// units are the endings of columns that hold times, in seconds.
var units = []timeUnit{{"_ns", 1e-9}, {"_us", 1e-6}, {"_ms", 1e-3}, {"_s", 1}, {"", 1}}

// column finds the first of several names, each alone or with the ending of a unit, in the header.
func (t *Table) column(names ...string) (at int, unit float64) {
	for _, name := range names {
		for _, u := range units {
			if i := slices.Index(t.header, name+u.ending); i >= 0 {
				return i, u.size
			}
		}
	}
	return -1, 0
}

// Numbers returns a column of numbers, by the first of several names that the header has, in the unit of the
// name's ending: seconds where it has none. Each must be at least low. The column is nil where there is none.
func (t *Table) Numbers(low float64, names ...string) ([]float64, error) {
	at, unit := t.column(names...)
	if at < 0 {
		return nil, nil
	}
	values := make([]float64, len(t.rows))
	var faults []error
	for i, row := range t.rows {
		v, ok := number(row[at])
		switch {
		case row[at] == "":
			faults = append(faults, t.Fault(i, t.header[at], "is missing"))
		case !ok:
			faults = append(faults, t.Fault(i, t.header[at], "%q is not a number", row[at]))
		case v < low:
			faults = append(faults, t.Fault(i, t.header[at], "%v is below %v", v, low))
		}
		values[i] = v * unit
		if len(faults) == 20 {
			break
		}
	}
	return values, errors.Join(faults...)
}

// number reads a finite number.
func number(cell string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.TrimSpace(cell), 64)
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
}

// Needed is numbers of a column that must be there.
func (t *Table) Needed(low float64, names ...string) ([]float64, error) {
	values, err := t.Numbers(low, names...)
	if err == nil && values == nil {
		err = fmt.Errorf("%s:1: there is no column %s; columns are %s", t.Name, strings.Join(names, " or "), t.columns())
	}
	return values, err
}

// Sparse is numbers of a column that must be there, 0 where a cell is empty or no number.
func (t *Table) Sparse(name string) ([]float64, error) {
	at, unit := t.column(name)
	if at < 0 {
		return nil, fmt.Errorf("%s:1: there is no column %s; columns are %s", t.Name, name, strings.Join(t.header, ", "))
	}
	values := make([]float64, len(t.rows))
	for i, row := range t.rows {
		if v, ok := number(row[at]); ok {
			values[i] = v * unit
		}
	}
	return values, nil
}
