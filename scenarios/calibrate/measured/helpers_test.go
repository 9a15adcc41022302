package measured

import (
	"strings"
	"testing"

	"wavetank/workload/table"
)

// read reads a table from a text.
func read(t testing.TB, text string) *table.Table {
	t.Helper()
	table, err := table.Parse("made.csv", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return table
}
