package theory

import (
	"encoding/csv"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"
)

// tolerance is the relative difference allowed from the shared table. All rows are within it. The
// largest difference is 4e-11. It occurs for the policy of joining the shorter of two queues, for
// which the table was computed by iterating a truncated chain.
const tolerance = 1e-10

// TestSharedTable compares every row of the shared table with the formulas.
func TestSharedTable(t *testing.T) {
	file, err := os.Open("../../../shared/spec/theory.csv")
	if err != nil {
		t.Skip("the shared theory table is absent")
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	models := map[[2]string]SolvedSystem{}
	worst := map[string]float64{}
	for _, row := range rows[1:] {
		key := [2]string{row[0], row[1]}
		m, known := models[key]
		if !known {
			if m, err = Parse(row[0], row[1]); err != nil {
				t.Error(err)
			}
			models[key] = m
		}
		want, err := strconv.ParseFloat(row[3], 64)
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.Value(row[2])
		if err != nil {
			t.Errorf("%s: %v", row[1], err)
			continue
		}
		apart := 0.0
		if got != want {
			apart = math.Abs(got-want) / math.Abs(want)
		}
		worst[row[0]] = max(worst[row[0]], apart)
		if !(apart <= tolerance) {
			t.Errorf("%s with %s: %s is %v, the table says %v (relative difference %.2g)", row[0], row[1], row[2], got, want, apart)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(worst)) {
		t.Logf("%.1e %s", worst[name], name)
	}
}
