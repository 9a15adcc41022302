// Package quantity holds the numbers with units that users write: spans of time, rates, sizes and prices.
// A bare number where a unit is needed is an error, because it would be guessed at.
package quantity

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration is a span of time, written "100ms", "1.5h" or "2d".
type Duration time.Duration

// Rate is a frequency in events per second, written "400/s", "90/min" or "2000/h".
type Rate float64

// Bytes is a size, written "24GiB", "440MB" or "512B". Decimal and binary prefixes mean what IEC 80000-13 says.
type Bytes int64

// Price is US dollars per hour, written "3.06$/h".
type Price float64

// Power is watts, written "300W" or "1.2kW".
type Power float64

// Bandwidth is bytes per second, written "2GB/s" or "25Gb/s" (bits).
type Bandwidth float64

// Factor is a multiple, written "3x" or plainly 3.
type Factor float64

// Percent is a share in hundredths, written "30 %".
type Percent float64

// UnmarshalText reads a multiple such as "3x" or "3".
func (f *Factor) UnmarshalText(text []byte) error {
	number, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(string(text)), "x"), 64)
	if err != nil || math.IsInf(number, 0) || math.IsNaN(number) {
		return fmt.Errorf("%q is not a multiple, such as 3x", text)
	}
	*f = Factor(number)
	return nil
}

// MarshalText writes the multiple with its sign, for example "3x".
func (f Factor) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// String writes the multiple with its sign, for example "3x".
func (f Factor) String() string { return strconv.FormatFloat(float64(f), 'g', -1, 64) + "x" }

// split parts a quantity into its number and its unit.
func split(text, example string) (float64, string, error) {
	text = strings.TrimSpace(text)
	end := 0
	for end < len(text) && strings.ContainsRune("+-.0123456789", rune(text[end])) {
		end++
	}
	if end > 0 && end+1 < len(text) && (text[end] == 'e' || text[end] == 'E') && strings.ContainsRune("+-0123456789", rune(text[end+1])) {
		end++
		for end < len(text) && strings.ContainsRune("+-0123456789", rune(text[end])) {
			end++
		}
	}
	number, err := strconv.ParseFloat(text[:end], 64)
	if err != nil || math.IsInf(number, 0) || math.IsNaN(number) {
		return 0, "", fmt.Errorf("%q is not a number with a unit, such as %s", text, example)
	}
	unit := strings.TrimSpace(text[end:])
	if unit == "" {
		return 0, "", fmt.Errorf("%q has no unit; write it as %s", text, example)
	}
	return number, unit, nil
}

// parse reads a quantity whose units and their factors are given.
func parse(text, example string, units map[string]float64) (float64, error) {
	number, unit, err := split(text, example)
	if err != nil {
		return 0, err
	}
	factor, ok := units[unit]
	if !ok {
		return 0, fmt.Errorf("%q has the unknown unit %q; write it as %s", text, unit, example)
	}
	return number * factor, nil
}

var byteUnits = map[string]float64{
	"B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
	"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
}

var rateUnits = map[string]float64{"/s": 1, "/min": 1. / 60, "/m": 1. / 60, "/h": 1. / 3600, "/d": 1. / 86400, "k/s": 1e3, "M/s": 1e6}

var bandwidthUnits = map[string]float64{
	"B/s": 1, "kB/s": 1e3, "MB/s": 1e6, "GB/s": 1e9, "TB/s": 1e12,
	"KiB/s": 1 << 10, "MiB/s": 1 << 20, "GiB/s": 1 << 30,
	"kb/s": 125, "Mb/s": 125e3, "Gb/s": 125e6,
}

// UnmarshalText reads a span such as "250ms", "1h30m" or "2d".
func (d *Duration) UnmarshalText(text []byte) error {
	const example = "100ms, 5s or 2h"
	s := strings.TrimSpace(string(text))
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || math.Abs(n) > 100000 || math.IsNaN(n) {
			return fmt.Errorf("%q is not a span of time, such as %s", s, example)
		}
		*d = Duration(n * 24 * float64(time.Hour))
		return nil
	}
	span, err := time.ParseDuration(s)
	if err != nil {
		if _, bare := strconv.ParseFloat(s, 64); bare == nil && s != "0" {
			return fmt.Errorf("%q has no unit; write it as %s", s, example)
		}
		return fmt.Errorf("%q is not a span of time, such as %s", s, example)
	}
	*d = Duration(span)
	return nil
}

// MarshalText writes the span as Go does, for example "1m30s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// String writes the span without zero minutes and seconds, for example "24h" or "1m30s".
func (d Duration) String() string {
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// UnmarshalText reads a rate such as "400/s".
func (r *Rate) UnmarshalText(text []byte) error {
	v, err := parse(string(text), "400/s or 90/min", rateUnits)
	*r = Rate(v)
	return err
}

// MarshalText writes the rate per second.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// String writes the rate per second, for example "400/s".
func (r Rate) String() string { return strconv.FormatFloat(float64(r), 'g', -1, 64) + "/s" }

// UnmarshalText reads a size such as "24GiB".
func (b *Bytes) UnmarshalText(text []byte) error {
	v, err := parse(string(text), "24GiB or 440MB", byteUnits)
	if err == nil && math.Abs(v) > 1<<60 {
		err = fmt.Errorf("%q is too large a size", string(text))
	}
	if err != nil {
		return err
	}
	*b = Bytes(math.Round(v))
	return nil
}

// MarshalText writes the size in the largest binary or decimal unit that keeps it whole.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// String writes the size in the largest unit that keeps it whole, for example "24GiB".
func (b Bytes) String() string {
	units := []struct {
		size int64
		name string
	}{{1 << 40, "TiB"}, {1e12, "TB"}, {1 << 30, "GiB"}, {1e9, "GB"}, {1 << 20, "MiB"}, {1e6, "MB"}, {1 << 10, "KiB"}, {1e3, "kB"}}
	for _, u := range units {
		if b != 0 && int64(b)%u.size == 0 {
			return strconv.FormatInt(int64(b)/u.size, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(b), 10) + "B"
}

// UnmarshalText reads a price such as "3.06$/h".
func (p *Price) UnmarshalText(text []byte) error {
	v, err := parse(string(text), "3.06$/h", map[string]float64{"$/h": 1, "USD/h": 1})
	*p = Price(v)
	return err
}

// MarshalText writes the price per hour.
func (p Price) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// String writes the price per hour, for example "3.06$/h".
func (p Price) String() string { return strconv.FormatFloat(float64(p), 'g', -1, 64) + "$/h" }

// UnmarshalText reads a power such as "300W".
func (p *Power) UnmarshalText(text []byte) error {
	v, err := parse(string(text), "300W", map[string]float64{"W": 1, "kW": 1e3})
	*p = Power(v)
	return err
}

// MarshalText writes the power in watts.
func (p Power) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// String writes the power in watts, for example "300W".
func (p Power) String() string { return strconv.FormatFloat(float64(p), 'g', -1, 64) + "W" }

// UnmarshalText reads a bandwidth such as "2GB/s".
func (b *Bandwidth) UnmarshalText(text []byte) error {
	v, err := parse(string(text), "2GB/s or 25Gb/s", bandwidthUnits)
	*b = Bandwidth(v)
	return err
}

// MarshalText writes the bandwidth in bytes per second.
func (b Bandwidth) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// String writes the bandwidth in bytes per second.
func (b Bandwidth) String() string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e9, "GB/s"}, {1e6, "MB/s"}, {1e3, "kB/s"}} {
		if float64(b) >= u.size {
			return strconv.FormatFloat(float64(b)/u.size, 'g', -1, 64) + u.name
		}
	}
	return strconv.FormatFloat(float64(b), 'g', -1, 64) + "B/s"
}

// UnmarshalText reads a share such as "30 %".
func (p *Percent) UnmarshalText(text []byte) error {
	v, err := parse(string(text), "30 %", map[string]float64{"%": 1})
	*p = Percent(v)
	return err
}

// MarshalText writes the share with its sign.
func (p Percent) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// String writes the share with its sign, for example "30 %".
func (p Percent) String() string { return strconv.FormatFloat(float64(p), 'g', -1, 64) + " %" }
