package wording

import "testing"

// TestNumbersHaveAsManyDigitsAsTheyMean compares numbers as the command check prints them with
// examples.
func TestNumbersHaveAsManyDigitsAsTheyMean(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.00123456: "0.00123", 0.0833333: "0.0833", 1: "1", 1.666: "1.67", 99.96: "100", 131.6: "132", 3397: "3,400", 999999: "1,000,000", 1234567: "1,230,000"} {
		if got := Digits(v); got != want {
			t.Errorf("%v is written %s, want %s", v, got, want)
		}
	}
	for v, want := range map[float64]string{0: "0 %", 100: "100 %", 12.345: "12.3 %", 0.0312: "0.031 %", 99.97: "99.970 %", 99.9999: "99.99990 %"} {
		if got := Percent(v); got != want {
			t.Errorf("%v %% is written %s, want %s", v, got, want)
		}
	}
	for v, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567"} {
		if got := Count(v); got != want {
			t.Errorf("%d is written %s, want %s", v, got, want)
		}
	}
}
