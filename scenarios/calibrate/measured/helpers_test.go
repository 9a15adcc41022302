package measured

import (
	"strings"
	"testing"
)

// read reads a table from a text.
func read(t testing.TB, text string) *Table {
	t.Helper()
	table, err := ReadTable("made.csv", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return table
}
