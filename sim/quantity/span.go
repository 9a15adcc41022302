package quantity

import (
	"fmt"
	"math"
	"strconv"
)

// Span is a span of time in seconds that may be far below a nanosecond, written "31.5µs", "0.35ns" or "12ps".
type Span float64

// Speed is floating-point operations per second, written "989TFLOP/s".
type Speed float64

var spanUnits = map[string]float64{"s": 1, "ms": 1e-3, "µs": 1e-6, "μs": 1e-6, "us": 1e-6, "ns": 1e-9, "ps": 1e-12, "fs": 1e-15}

// UnmarshalText reads a span such as "31.5µs" or "12ps"; "0" needs no unit.
func (s *Span) UnmarshalText(text []byte) error {
	if string(text) == "0" {
		*s = 0
		return nil
	}
	v, err := parse(string(text), "31.5µs or 12ps", spanUnits)
	*s = Span(v)
	return err
}

// MarshalText writes the span in a unit that keeps it above one.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// String writes the span in a unit that keeps it above one, with as many digits as it has, twelve at most.
func (s Span) String() string {
	if s == 0 {
		return "0s"
	}
	const digits = 12
	unit, size := "fs", 1e-15
	for _, u := range []struct {
		name string
		size float64
	}{{"s", 1}, {"ms", 1e-3}, {"µs", 1e-6}, {"ns", 1e-9}, {"ps", 1e-12}} {
		if math.Abs(float64(s)) >= u.size*(1-1e-12) {
			unit, size = u.name, u.size
			break
		}
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(float64(s)/size, 'g', digits, 64), 64) // well formed
	return fmt.Sprintf("%v%s", strconv.FormatFloat(rounded, 'f', -1, 64), unit)
}

// UnmarshalText reads a speed such as "989TFLOP/s".
func (s *Speed) UnmarshalText(text []byte) error {
	v, err := parse(string(text), "989TFLOP/s", map[string]float64{"GFLOP/s": 1e9, "TFLOP/s": 1e12, "PFLOP/s": 1e15})
	*s = Speed(v)
	return err
}

// MarshalText writes the speed in TFLOP/s.
func (s Speed) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// String writes the speed in TFLOP/s.
func (s Speed) String() string { return strconv.FormatFloat(float64(s)/1e12, 'g', -1, 64) + "TFLOP/s" }
