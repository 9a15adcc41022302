package quantity

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Span is a span of time in seconds that may be far below a nanosecond, written "31.5µs", "0.35ns"
// or "12ps".
type Span float64

// Speed is floating-point operations per second, written "989TFLOP/s".
type Speed float64

// spanUnits says how many of each unit a second has. Dividing by these numbers rounds correctly;
// multiplying by their inverses would not.
var spanUnits = map[string]float64{"s": 1, "ms": 1e3, "µs": 1e6, "μs": 1e6, "us": 1e6, "ns": 1e9, "ps": 1e12, "fs": 1e15}

// UnmarshalText reads a span such as "31.5µs" or "12ps"; "0" needs no unit.
func (s *Span) UnmarshalText(text []byte) error {
	const example = "31.5µs or 12ps"
	if string(text) == "0" {
		*s = 0
		return nil
	}
	number, unit, err := split(string(text), example)
	if err != nil {
		return err
	}
	parts, ok := spanUnits[unit]
	if !ok {
		return unknownUnit(strings.TrimSpace(string(text)), unit, example, spanUnits)
	}
	if err := bounded(text, number/parts, Span(1e-18), Span(time.Duration(Longest).Seconds())); err != nil {
		return err
	}
	*s = Span(number / parts)
	return nil
}

// MarshalText writes the span in a unit that keeps it above one.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// unit returns a unit that keeps the span above one, and how many of these a second has.
func (s Span) unit() (name string, parts float64) {
	for _, name := range []string{"s", "ms", "µs", "ns", "ps"} {
		if math.Abs(float64(s))*spanUnits[name] >= 1-1e-12 {
			return name, spanUnits[name]
		}
	}
	return "fs", 1e15
}

// Round returns the span rounded to the given number of digits in its unit.
func (s Span) Round(digits int) Span {
	_, parts := s.unit()
	// FormatFloat writes what ParseFloat reads.
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(float64(s)*parts, 'g', digits, 64), 64)
	return Span(rounded / parts)
}

// String writes the span in a unit that keeps it above one. It writes enough digits that reading
// them gives the same span.
func (s Span) String() string {
	if s == 0 {
		return "0s"
	}
	unit, parts := s.unit()
	for digits := 3; digits <= 17; digits++ {
		if s.Round(digits) == s {
			// FormatFloat writes what ParseFloat reads.
			rounded, _ := strconv.ParseFloat(strconv.FormatFloat(float64(s)*parts, 'g', digits, 64), 64)
			return strconv.FormatFloat(rounded, 'f', -1, 64) + unit
		}
	}
	return strconv.FormatFloat(float64(s), 'g', -1, 64) + "s"
}

// UnmarshalText reads a speed such as "989TFLOP/s".
func (s *Speed) UnmarshalText(text []byte) error {
	return read(s, text, "989TFLOP/s", map[string]float64{"FLOP/s": 1, "GFLOP/s": 1e9, "TFLOP/s": 1e12, "PFLOP/s": 1e15}, 1, 1e21)
}

// MarshalText writes the speed as String does.
func (s Speed) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// String writes the speed in TFLOP/s. It uses FLOP/s if only that reads as the same speed again.
func (s Speed) String() string {
	if n := float64(s) / 1e12; n*1e12 == float64(s) {
		return strconv.FormatFloat(n, 'g', -1, 64) + "TFLOP/s"
	}
	return strconv.FormatFloat(float64(s), 'g', -1, 64) + "FLOP/s"
}
