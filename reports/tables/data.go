package tables

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"wavetank/reports/wording"
)

// Data is a table of values. Programs get the values, people get texts.
type Data struct {
	Key     string // name of the table for programs
	Title   string
	Columns []DataColumn
	// Rows have one value for each column: a string, a bool, a whole number, a float64, nil for an
	// unknown value, or a Shown.
	Rows  [][]any
	Notes []string // sentences below the table
}

// DataColumn is a column of a Data. Programs know it by its key. A column without a title is only
// for programs.
type DataColumn struct{ Key, Title string }

// Shown is a value with the text that people get.
type Shown struct {
	Value any
	Text  string
}

// ColumnsOf returns columns with keys and titles. The arguments are pairs of a key and a title.
func ColumnsOf(pairs ...string) (list []DataColumn) {
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, DataColumn{pairs[i], pairs[i+1]})
	}
	return list
}

// keyed returns columns whose titles are their keys, for tables that only programs get.
func keyed(keys ...string) (list []DataColumn) {
	for _, key := range keys {
		list = append(list, DataColumn{key, key})
	}
	return list
}

// Add appends a row. It must have a value for each column.
func (d *Data) Add(values ...any) {
	if len(values) != len(d.Columns) {
		panic(fmt.Sprintf("table %s: a row of %d values in %d columns", d.Key, len(values), len(d.Columns)))
	}
	d.Rows = append(d.Rows, values)
}

// table returns the table for people.
func (d Data) table() table {
	t := table{title: d.Title, plain: d.Notes, lines: d.Texts()}
	for _, c := range d.Columns {
		if c.Title != "" {
			t.head = append(t.head, c.Title)
		}
	}
	return t
}

// Texts returns the rows as people read them.
func (d Data) Texts() (lines [][]string) {
	for _, row := range d.Rows {
		var line []string
		for i, v := range row {
			if d.Columns[i].Title != "" {
				line = append(line, shownText(v))
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// shownText returns a value as people read it.
func shownText(v any) string {
	switch v := v.(type) {
	case Shown:
		return v.Text
	case nil:
		return "–"
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case float64:
		switch {
		case math.IsNaN(v):
			return "–"
		case math.IsInf(v, 1):
			return "∞"
		case math.IsInf(v, -1):
			return "−∞"
		}
		return wording.Digits(v, 4)
	}
	return fmt.Sprint(v)
}

// bare returns the value of a cell without its text. It is nil for NaN.
func bare(v any) any {
	if shown, is := v.(Shown); is {
		v = shown.Value
	}
	if f, is := v.(float64); is && math.IsNaN(f) {
		return nil
	}
	return v
}

// field returns a value as a field of a CSV file: numbers with the fewest digits that read back
// exactly, an unknown value as an empty field.
func field(v any) string {
	switch v := bare(v).(type) {
	case nil:
		return ""
	case float64:
		return exact(v)
	case bool:
		return strconv.FormatBool(v)
	default:
		return fmt.Sprint(v)
	}
}

// encoded returns a value as JSON: null for an unknown value, and the strings "+Inf" and "-Inf" for
// infinite ones, which JSON does not have as numbers.
func encoded(v any) ([]byte, error) {
	v = bare(v)
	if f, is := v.(float64); is && math.IsInf(f, 0) {
		v = exact(f)
	}
	return json.Marshal(v)
}

// csv returns the table as the lines of a CSV file, the keys of the columns first.
func (d Data) csv() ([]byte, error) {
	head := make([]string, len(d.Columns))
	for i, c := range d.Columns {
		head[i] = c.Key
	}
	lines := [][]string{head}
	for _, row := range d.Rows {
		line := make([]string, len(row))
		for i, v := range row {
			line[i] = field(v)
		}
		lines = append(lines, line)
	}
	return encodeLines(lines)
}
