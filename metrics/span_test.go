package metrics

import (
	"math"
	"testing"
)

func TestPercentHasNoMoreThanAWhole(t *testing.T) {
	for part, want := range map[float64]float64{0: 0, 5: 50, 10: 100, 10 + 1e-12: 100, 11: 110} {
		if got := percent(part, 10); got != want {
			t.Errorf("%v of 10: got %v %%, want %v", part, got, want)
		}
	}
	if got := percent(0, 0); !math.IsNaN(got) {
		t.Errorf("of nothing: got %v", got)
	}
}
