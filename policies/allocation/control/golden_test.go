package control

import (
	"encoding/csv"
	"strconv"
	"testing"

	"wavetank/sim/simtest/shared"
)

// golden returns the rows of a published trace below its heading, or skips the test.
func golden(t *testing.T, name string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(shared.Open(t, "instances", "golden", name)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// numbers reads the cells of a row.
func numbers(t *testing.T, cells []string) []float64 {
	t.Helper()
	n := make([]float64, len(cells))
	for i, c := range cells {
		var err error
		if n[i], err = strconv.ParseFloat(c, 64); err != nil {
			t.Fatal(err)
		}
	}
	return n
}
