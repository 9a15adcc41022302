package optimizetest

import (
	"slices"
	"testing"

	"wavetank/policies/optimize/program"
)

func TestProgramsAreValidAndRepeat(t *testing.T) {
	for name, make := range map[string]func(uint64) *program.Program{
		"covering":  func(seed uint64) *program.Program { return Covering(seed, 30, 60) },
		"transport": func(seed uint64) *program.Program { return Transport(seed, 20, 5) },
	} {
		one, again, other := make(1), make(1), make(2)
		if err := one.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !slices.Equal(one.Values, again.Values) || !slices.Equal(one.Cost, again.Cost) || !slices.Equal(one.RowLower, again.RowLower) {
			t.Errorf("%s: the same seed makes two programs", name)
		}
		if slices.Equal(one.Cost, other.Cost) {
			t.Errorf("%s: two seeds make the same program", name)
		}
	}
}

func TestEveryRowOfACoveringHasAColumn(t *testing.T) {
	p := Covering(3, 40, 4) // so few columns that rows would be empty
	seen := map[int]bool{}
	for _, i := range p.Rows {
		seen[i] = true
	}
	if len(seen) != p.Height() {
		t.Errorf("%d of %d rows have columns", len(seen), p.Height())
	}
}

func TestSourcesOfATransportHaveThreeTimesTheNeed(t *testing.T) {
	p := Transport(1, 20, 5)
	supply, need := 0., 0.
	for i := range 20 {
		supply += p.RowUpper[i]
	}
	for i := range 5 {
		need += p.RowLower[20+i]
	}
	if d := supply - 3*need; d > 1e-9 || d < -1e-9 {
		t.Errorf("supply %v, need %v", supply, need)
	}
}
