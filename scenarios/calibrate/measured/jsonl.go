package measured

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// readLines reads JSON lines: one object per line. Fields of objects within are columns named a.b; lists keep their text; what a
// line lacks, or is null, is an empty cell.
func (t *Table) readLines(from *bufio.Reader) error {
	at := map[string]int{}
	var faults []error
	for line := 1; len(faults) < 20; line++ {
		text, err := from.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("%s:%d: %w", t.Name, line, err)
		}
		if text = bytes.TrimSpace(text); len(text) > 0 {
			var object map[string]json.RawMessage
			if bad := json.Unmarshal(text, &object); bad != nil {
				faults = append(faults, fmt.Errorf("%s:%d: not an object of JSON: %w", t.Name, line, bad))
			} else {
				var row []string
				t.flatten("", object, at, &row)
				t.rows, t.lines = append(t.rows, row), append(t.lines, line)
			}
		}
		if err != nil {
			break
		}
	}
	for i, row := range t.rows {
		t.rows[i] = append(row, make([]string, len(t.header)-len(row))...)
	}
	return errors.Join(faults...)
}

// flatten puts the fields of an object into a row, with columns for those that are new.
func (t *Table) flatten(prefix string, object map[string]json.RawMessage, at map[string]int, row *[]string) {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		value := object[name]
		var inner map[string]json.RawMessage
		if len(value) > 0 && value[0] == '{' && json.Unmarshal(value, &inner) == nil {
			t.flatten(prefix+name+".", inner, at, row)
			continue
		}
		k, known := at[prefix+name]
		if !known {
			k = len(t.header)
			at[prefix+name] = k
			t.header = append(t.header, prefix+name)
		}
		for len(*row) <= k {
			*row = append(*row, "")
		}
		(*row)[k] = plain(value)
	}
}

// plain is the text of a value: without the marks of a string, nothing for null.
func plain(value json.RawMessage) string {
	var text string
	switch {
	case string(value) == "null":
		return ""
	case json.Unmarshal(value, &text) == nil:
		return text
	}
	return string(value)
}
