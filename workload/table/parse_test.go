package table

import (
	"testing"
	"time"
)

// TestWholeNumbersMayBeWrittenAsDecimals reads counts in the forms that spreadsheets and data
// frames write.
func TestWholeNumbersMayBeWrittenAsDecimals(t *testing.T) {
	for text, want := range map[string]int32{"0": 0, "21": 21, "21.0": 21, "21073.000": 21073, "0.0": 0, "2147483647.0": 1<<31 - 1} {
		if got, err := ParseCount([]byte(text)); got != want || err != nil {
			t.Errorf("%s: %d %v", text, got, err)
		}
	}
	for _, text := range []string{"", ".", ".0", "21.", "21.5", "21.05", "1.0.0", "-1.0", "1e3", "2147483648.0", "0x1"} {
		if got, err := ParseCount([]byte(text)); err == nil {
			t.Errorf("%q was read as %d", text, got)
		}
	}
	text := []byte("21073.0")
	if n := testing.AllocsPerRun(100, func() { _, _ = ParseCount(text) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestDateTimeAgreesWithTheStandardLibrary(t *testing.T) {
	for at := time.Date(1899, 12, 31, 23, 59, 59, 123456789, time.UTC); at.Year() < 2101; at = at.Add(1111*time.Hour + 1234567*time.Microsecond) {
		for _, text := range []string{at.Format(time.RFC3339Nano), at.In(time.FixedZone("", -5400)).Format(time.RFC3339Nano), at.Format("2006-01-02 15:04:05.000000000")} {
			got, err := dateTime([]byte(text))
			if err != nil || got != at.UnixNano() {
				t.Fatalf("%s: %d, %v; want %d", text, got, err, at.UnixNano())
			}
		}
	}
	for _, text := range []string{"", "2023-02-29 00:00:00", "2023-13-01 00:00:00", "2023-01-01 24:00:00", "2023-01-01 00:00:60",
		"2023-01-01x00:00:00", "2023-01-01 00:00:00.", "2023-01-01 00:00:00+1:00", "2023-01-01 00:00:00+24:00", "9999-01-01 00:00:00", "2023-04-31 00:00:00"} {
		if got, err := dateTime([]byte(text)); err == nil {
			t.Errorf("%q is read as %d", text, got)
		}
	}
}

func TestDecimalTimestamps(t *testing.T) {
	for _, c := range []struct {
		text string
		unit Unit
		want int64
	}{
		{"0", Seconds, 0}, {"12.5", Seconds, 12_500_000_000}, {"1.0000000019", Seconds, 1_000_000_001}, {".5", Milliseconds, 500_000},
		{"5.", Microseconds, 5000}, {"-2.25", Milliseconds, -2_250_000}, {"7", Nanoseconds, 7}, {"7.9", Nanoseconds, 7},
		{"1.5e3", Seconds, 1_500_000_000_000}, {"1700000000.123456789", Seconds, 1_700_000_000_123_456_789},
	} {
		if got, err := c.unit.Instant([]byte(c.text)); err != nil || got != c.want {
			t.Errorf("%s %v: %d, %v; want %d", c.text, c.unit, got, err, c.want)
		}
	}
	for _, text := range []string{"", "-", ".", "NaN", "Inf", "1e", "1e400", "1x", "--1", "+1", "99999999999999999999", "4611686019", "1e10"} {
		if got, err := Seconds.Instant([]byte(text)); err == nil {
			t.Errorf("%q is read as %d", text, got)
		}
	}
	for _, u := range []Unit{Seconds, Milliseconds, Microseconds, Nanoseconds, DateTime} {
		if got := must(ParseUnit(u.String())); got != u {
			t.Errorf("%v is read as %v", u, got)
		}
	}
	mentions(t, second(ParseUnit("h")), "unit")
}
