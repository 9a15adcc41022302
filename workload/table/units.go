package table

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"wavetank/sim/quantity"
)

// Unit says how an instant is written.
type Unit int

// The forms of an instant: a number in a unit of time, or a date and time of day as in RFC 3339,
// with a blank or a T between them. Without an offset the time is UTC.
const (
	Seconds Unit = iota
	Milliseconds
	Microseconds
	Nanoseconds
	DateTime
	Auto // the unit follows from the column; see UnitFrom
)

var unitNames = [...]string{"s", "ms", "us", "ns", "rfc3339", "auto"}

// ParseUnit reads s, ms, us, ns, rfc3339 or auto.
func ParseUnit(text string) (Unit, error) {
	for i, name := range unitNames {
		if text == name {
			return Unit(i), nil
		}
	}
	return 0, fmt.Errorf("unit: %q is not one of %s", text, strings.Join(unitNames[:], ", "))
}

// Units lists the names of all units, as ParseUnit reads them.
func Units() []string { return slices.Clone(unitNames[:]) }

// seconds is the length of each unit in seconds. DateTime has none.
var seconds = [...]float64{1, 1e-3, 1e-6, 1e-9}

// String writes the unit as ParseUnit reads it.
func (u Unit) String() string { return unitNames[u] }

// Instant reads an instant in nanoseconds. DateTime counts from 1970, other units from the zero of
// the file.
func (u Unit) Instant(text []byte) (int64, error) {
	switch u {
	case Seconds:
		return Decimal(text, 1e9)
	case Milliseconds:
		return Decimal(text, 1e6)
	case Microseconds:
		return Decimal(text, 1e3)
	case Nanoseconds:
		return Decimal(text, 1)
	}
	return dateTime(text)
}

// UnitFrom returns the unit of a column of instants from its name and its first cell that is not
// empty. It is DateTime for a date. Otherwise the end of the name gives the unit. A number without
// such a name may count from 1970: its size then tells the unit, since it must lie in the years
// 2001 to 2100. All other numbers are seconds.
func UnitFrom(column string, first []byte) Unit {
	if _, err := dateTime(first); err == nil {
		return DateTime
	}
	if _, unit, ok := UnitOf(column); ok {
		return unit
	}
	const least, most = 978_307_200, 4_102_444_800 // seconds from 1970 to 2001, and to 2100
	if v, err := ParseNumber(first); err == nil {
		for unit := Milliseconds; unit <= Nanoseconds; unit++ {
			if s := v * seconds[unit]; s >= least && s < most {
				return unit
			}
		}
	}
	return Seconds
}

// ParseSpan reads a length of time in seconds. It is a number in the given unit, or a number with a
// unit behind it.
func ParseSpan(text []byte, unit float64) (float64, error) {
	v, err := ParseNumber(text)
	if err == nil {
		return v * unit, nil
	}
	var span quantity.Duration
	if span.UnmarshalText(bytes.ReplaceAll(text, []byte{' '}, nil)) == nil {
		return float64(span) / 1e9, nil
	}
	if len(text) > 0 {
		err = fmt.Errorf("%q is not a length of time", Clip(text))
	}
	return 0, err
}
