package tables

import "testing"

func TestGapsOfMoreThanTenTimesAreNotCounted(t *testing.T) {
	for gap, want := range map[float64]string{0: "+0", -0.041: "-4", 0.7: "+70", 9.99: "+999", 9.991: "> 999", 639451: "> 999"} {
		if got := gapPercent(gap); got != want {
			t.Errorf("a gap of %v is printed as %q, want %q", gap, got, want)
		}
	}
}
