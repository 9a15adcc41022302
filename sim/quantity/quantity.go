// Package quantity holds the numbers with units that users write: spans of time, rates, sizes and
// prices. A bare number where a unit is needed is an error, because its unit would be a guess. An
// absurd number, such as 1e300GB/s, is an error too: sums and products with it would overflow.
package quantity

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Rate is a frequency in events per second, written "400/s", "90/min" or "2000/h".
type Rate float64

// Bytes is a size, written "24GiB", "440MB" or "512B". Decimal and binary prefixes are those of IEC
// 80000-13.
type Bytes int64

// Price is US dollars per hour, written "3.06$/h".
type Price float64

// Power is watts, written "300W" or "1.2kW".
type Power float64

// Intensity is grams of CO2 per kilowatt-hour, written "350g/kWh".
type Intensity float64

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
	if err := bounded(text, number, Factor(1e-9), Factor(1e9)); err != nil {
		return err
	}
	*f = Factor(number)
	return nil
}

// MarshalText writes the multiple with an x, for example "3x".
func (f Factor) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// String writes the multiple with an x, for example "3x".
func (f Factor) String() string { return strconv.FormatFloat(float64(f), 'g', -1, 64) + "x" }

// numbers are the numbers of an example.
var numbers = regexp.MustCompile(`[0-9][0-9.]*`)

// withUnits writes a number with the units of an example.
func withUnits(number, example string) string {
	return numbers.ReplaceAllLiteralString(example, number)
}

// numberLength returns how long the number is that a text begins with.
func numberLength(text string) (end int) {
	for end < len(text) && strings.ContainsRune("+-.0123456789", rune(text[end])) {
		end++
	}
	if end > 0 && end+1 < len(text) && (text[end] == 'e' || text[end] == 'E') && strings.ContainsRune("+-0123456789", rune(text[end+1])) {
		end++
		for end < len(text) && strings.ContainsRune("+-0123456789", rune(text[end])) {
			end++
		}
	}
	return end
}

// split splits a quantity into its number and its unit.
func split(text, example string) (float64, string, error) {
	text = strings.TrimSpace(text)
	end := numberLength(text)
	number, err := strconv.ParseFloat(text[:end], 64)
	if err != nil || math.IsInf(number, 0) || math.IsNaN(number) {
		return 0, "", fmt.Errorf("%q is not a number with a unit, such as %s", text, example)
	}
	unit := strings.TrimSpace(text[end:])
	if unit == "" {
		return 0, "", fmt.Errorf("%q has no unit; write it as %s", text, withUnits(text, example))
	}
	return number, unit, nil
}

// parse reads a quantity. Units maps each unit to its factor.
func parse(text, example string, units map[string]float64) (float64, error) {
	number, unit, err := split(text, example)
	if err != nil {
		return 0, err
	}
	factor, ok := units[unit]
	if !ok {
		return 0, unknownUnit(strings.TrimSpace(text), unit, example, units)
	}
	return number * factor, nil
}

// unknownUnit returns the error for an unknown unit. If a known unit differs only in capital
// letters, the error names it.
func unknownUnit(text, unit, example string, units map[string]float64) error {
	var meant []string
	for _, u := range slices.Sorted(maps.Keys(units)) {
		if strings.EqualFold(u, unit) {
			meant = append(meant, strconv.Quote(u))
		}
	}
	if meant != nil {
		return fmt.Errorf("%q has the unknown unit %q; capital letters count: it is written %s", text, unit, strings.Join(meant, " or "))
	}
	number := text[:numberLength(text)]
	return fmt.Errorf("%q has the unknown unit %q; write it as %s", text, unit, withUnits(number, example))
}

// bounded returns an error if the absolute value of a number is above most, or below least but not
// 0.
func bounded[Q interface {
	~int64 | ~float64
	fmt.Stringer
}](text []byte, number float64, least, most Q) error {
	switch size := math.Abs(number); {
	case size > float64(most):
		return fmt.Errorf("%q is out of range: more than %s", text, plain(most))
	case size != 0 && size < float64(least):
		return fmt.Errorf("%q is out of range: less than %s, but not 0", text, plain(least))
	}
	return nil
}

// plain writes a quantity without an exponent.
func plain(q fmt.Stringer) string {
	text := q.String()
	end := strings.LastIndexAny(text, "0123456789") + 1
	number, err := strconv.ParseFloat(text[:end], 64)
	if err != nil {
		return text
	}
	return strconv.FormatFloat(number, 'f', -1, 64) + text[end:]
}

// read reads a quantity and compares it with its bounds.
func read[Q interface {
	~float64
	fmt.Stringer
}](into *Q, text []byte, example string, units map[string]float64, least, most Q) error {
	v, err := parse(string(text), example, units)
	if err == nil {
		err = bounded(text, v, least, most)
	}
	if err == nil {
		*into = Q(v)
	}
	return err
}

// largest is the largest size: beyond it, the sizes of all machines could not be added up.
const largest = Bytes(1 << 50)

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

// UnmarshalText reads a rate such as "400/s".
func (r *Rate) UnmarshalText(text []byte) error {
	return read(r, text, "400/s or 90/min", rateUnits, 1e-12, 1e9)
}

// MarshalText writes the rate per second.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// String writes the rate per second, for example "400/s".
func (r Rate) String() string { return strconv.FormatFloat(float64(r), 'g', -1, 64) + "/s" }

// UnmarshalText reads a size such as "24GiB".
func (b *Bytes) UnmarshalText(text []byte) error {
	v, err := parse(string(text), "24GiB or 440MB", byteUnits)
	if err == nil {
		err = bounded(text, v, 0, largest)
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
	return read(p, text, "3.06$/h", map[string]float64{"$/h": 1, "USD/h": 1}, 1e-9, 1e6)
}

// MarshalText writes the price per hour.
func (p Price) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// String writes the price per hour, for example "3.06$/h".
func (p Price) String() string { return strconv.FormatFloat(float64(p), 'g', -1, 64) + "$/h" }

// UnmarshalText reads a power such as "300W".
func (p *Power) UnmarshalText(text []byte) error {
	return read(p, text, "300W", map[string]float64{"W": 1, "kW": 1e3}, 1e-9, 1e9)
}

// MarshalText writes the power in watts.
func (p Power) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// String writes the power in watts, for example "300W".
func (p Power) String() string { return strconv.FormatFloat(float64(p), 'g', -1, 64) + "W" }

// UnmarshalText reads a carbon intensity such as "350g/kWh".
func (i *Intensity) UnmarshalText(text []byte) error {
	return read(i, text, "350g/kWh", map[string]float64{"g/kWh": 1, "kg/kWh": 1000}, 1e-9, 1e6)
}

// MarshalText writes the intensity in grams per kilowatt-hour.
func (i Intensity) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// String writes the intensity in grams per kilowatt-hour, for example "350g/kWh".
func (i Intensity) String() string { return strconv.FormatFloat(float64(i), 'g', -1, 64) + "g/kWh" }

// UnmarshalText reads a bandwidth such as "2GB/s".
func (b *Bandwidth) UnmarshalText(text []byte) error {
	return read(b, text, "2GB/s or 25Gb/s", bandwidthUnits, 1, 1e15)
}

// MarshalText writes the bandwidth in bytes per second.
func (b Bandwidth) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// String writes the bandwidth in the largest unit that loses no digit.
func (b Bandwidth) String() string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e9, "GB/s"}, {1e6, "MB/s"}, {1e3, "kB/s"}} {
		if n := float64(b) / u.size; n >= 1 && n*u.size == float64(b) {
			return strconv.FormatFloat(n, 'g', -1, 64) + u.name
		}
	}
	return strconv.FormatFloat(float64(b), 'g', -1, 64) + "B/s"
}

// UnmarshalText reads a share such as "30 %".
func (p *Percent) UnmarshalText(text []byte) error {
	if share, err := strconv.ParseFloat(string(text), 64); err == nil && math.Abs(share) < 1 && share != 0 {
		return fmt.Errorf("%q has no unit; write it as %v, or as %v if it is so little", text, Percent(math.Round(1e8*share)/1e6), Percent(share))
	}
	return read(p, text, "30 %", map[string]float64{"%": 1}, 1e-9, 1e6)
}

// MarshalText writes the share with a percent sign.
func (p Percent) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// String writes the share with a percent sign, for example "30 %".
func (p Percent) String() string { return strconv.FormatFloat(float64(p), 'g', -1, 64) + " %" }
