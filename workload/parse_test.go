package workload

import "testing"

// TestWholeNumbersMayBeWrittenAsDecimals reads counts as spreadsheets and data frames write them.
func TestWholeNumbersMayBeWrittenAsDecimals(t *testing.T) {
	for text, want := range map[string]int32{"0": 0, "21": 21, "21.0": 21, "21073.000": 21073, "0.0": 0, "2147483647.0": 1<<31 - 1} {
		if got, err := count([]byte(text)); got != want || err != nil {
			t.Errorf("%s: %d %v", text, got, err)
		}
	}
	for _, text := range []string{"", ".", ".0", "21.", "21.5", "21.05", "1.0.0", "-1.0", "1e3", "2147483648.0", "0x1"} {
		if got, err := count([]byte(text)); err == nil {
			t.Errorf("%q was read as %d", text, got)
		}
	}
	text := []byte("21073.0")
	if n := testing.AllocsPerRun(100, func() { _, _ = count(text) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
