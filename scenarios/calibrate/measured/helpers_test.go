package measured

import (
	"io"
	"strings"
	"testing"

	"wavetank/workload/table"
)

// read reads a table from a text.
func read(t testing.TB, text string) *table.Table {
	t.Helper()
	table, err := table.Load(made("made.csv", text))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// made returns a file with the given name and text.
func made(name, text string) table.File {
	return table.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}
