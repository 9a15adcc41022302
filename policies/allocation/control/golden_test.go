package control

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// golden returns the rows of a published trace below its heading, or skips the test.
func golden(t *testing.T, name string) [][]string {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "instances", "golden", name))
	if err != nil {
		t.Skipf("the shared instances are not there: %v", err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
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
