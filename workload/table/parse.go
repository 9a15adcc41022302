package table

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"wavetank/sim/quantity"
)

// farthest is the upper limit on instants of a trace in nanoseconds, so that the span between any
// two fits into 64 bits.
const farthest = int64(1)<<62 - 1

// errMissing is the fault of a cell without a value.
var errMissing = errors.New("the cell is empty")

var errFar = errors.New("the timestamp lies outside the clock's 146 years either side of zero")

// Decimal reads a decimal number times unit nanoseconds; digits below a nanosecond are dropped.
func Decimal(text []byte, unit int64) (int64, error) {
	digits := text
	sign := int64(1)
	if len(digits) > 0 && digits[0] == '-' {
		sign, digits = -1, digits[1:]
	}
	whole, fraction, seen := int64(0), int64(0), false
	i := 0
	for ; i < len(digits) && isDigit(digits[i]); i++ {
		whole = whole*10 + int64(digits[i]-'0')
		if whole > farthest/unit {
			return 0, errFar
		}
		seen = true
	}
	if i < len(digits) && digits[i] == '.' {
		weight := unit
		for i++; i < len(digits) && isDigit(digits[i]); i++ {
			weight /= 10
			fraction += int64(digits[i]-'0') * weight
			seen = true
		}
	}
	if seen && i < len(digits) && (digits[i] == 'e' || digits[i] == 'E') {
		return scientific(text, unit)
	}
	if len(text) == 0 {
		return 0, errMissing
	}
	if !seen || i < len(digits) {
		return 0, fmt.Errorf("%q is not a timestamp", Clip(text))
	}
	ns := whole*unit + fraction
	if ns > farthest {
		return 0, errFar
	}
	return sign * ns, nil
}

// SinceZero reads an instant counted from zero, in nanoseconds. It is written as a number of
// seconds, or as a span with a unit.
func SinceZero(text []byte) (int64, error) {
	ns, err := Decimal(text, 1e9)
	if err != nil && !errors.Is(err, errFar) {
		var span quantity.Duration
		if err = span.UnmarshalText(text); err == nil {
			ns = int64(span)
		}
	}
	if err == nil && ns > farthest {
		err = errFar
	}
	return ns, err
}

func scientific(text []byte, unit int64) (int64, error) {
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a timestamp", Clip(text))
	}
	ns := math.Round(v * float64(unit))
	if !(math.Abs(ns) < float64(farthest)) {
		return 0, errFar
	}
	return int64(ns), nil
}

// dateTime reads "2023-11-16 18:17:03.9799600", with an optional offset, or another form of it.
func dateTime(text []byte) (int64, error) {
	const layout = "0000-00-00 00:00:00"
	if other := usualDate(text); other != nil {
		text = other
	}
	if len(text) < len(layout) {
		return 0, fmt.Errorf("%q is not a date and time, such as 2023-11-16T18:17:03Z", Clip(text))
	}
	for i := range len(layout) {
		ok := text[i] == layout[i]
		switch layout[i] {
		case '0':
			ok = isDigit(text[i])
		case ' ':
			ok = text[i] == ' ' || text[i] == 'T' || text[i] == 't'
		}
		if !ok {
			return 0, fmt.Errorf("%q is not a date and time", Clip(text))
		}
	}
	year, month, day := twoDigits(text)*100+twoDigits(text[2:]), twoDigits(text[5:]), twoDigits(text[8:])
	hour, minute, second := twoDigits(text[11:]), twoDigits(text[14:]), twoDigits(text[17:])
	if month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59 {
		return 0, fmt.Errorf("%q is not a date and time of the calendar", Clip(text))
	}
	if year < 1850 || year > 2100 {
		return 0, errFar
	}
	rest := text[len(layout):]
	fraction := int64(0)
	if len(rest) > 1 && (rest[0] == '.' || rest[0] == ',') && isDigit(rest[1]) {
		weight := int64(1e9)
		for rest = rest[1:]; len(rest) > 0 && isDigit(rest[0]); rest = rest[1:] {
			weight /= 10
			fraction += int64(rest[0]-'0') * weight
		}
	}
	offset, ok := zone(rest)
	if !ok {
		return 0, fmt.Errorf("%q does not end in an offset such as +01:00 or Z", Clip(text))
	}
	seconds := daysSince1970(year, month, day)*86400 + int64(hour*3600+minute*60+second) - offset
	return seconds*1e9 + fraction, nil
}

// usualDate turns other forms of a date and time into the usual one: 2023/11/16, a time without
// seconds, a date without a time, and 16/Nov/2023:18:17:03 of the logs of web servers. It returns
// nil for all other texts.
func usualDate(text []byte) []byte {
	const months = "JanFebMarAprMayJunJulAugSepOctNovDec"
	n := len(text)
	switch {
	case n >= 20 && text[2] == '/' && text[6] == '/' && text[11] == ':':
		month := bytes.Index([]byte(months), text[3:6])
		if month < 0 || month%3 != 0 {
			return nil
		}
		return fmt.Appendf(nil, "%s-%02d-%s %s", text[7:11], month/3+1, text[:2], text[12:])
	case n >= 10 && text[4] == '/' && text[7] == '/':
		dashes := bytes.Clone(text)
		dashes[4], dashes[7] = '-', '-'
		if other := usualDate(dashes); other != nil {
			return other
		}
		return dashes
	case n == 10 && text[4] == '-' && text[7] == '-':
		return append(bytes.Clone(text), " 00:00:00"...)
	case n >= 16 && text[4] == '-' && text[13] == ':' && (n == 16 || text[16] != ':' && !isDigit(text[16])):
		return slices.Concat(text[:16], []byte(":00"), text[16:])
	}
	return nil
}

// zone reads the offset at the end of a timestamp, in seconds east of Greenwich. It is written Z,
// UTC, +01:00, +0100 or +01.
func zone(text []byte) (int64, bool) {
	text = bytes.TrimPrefix(text, []byte{' '})
	if len(text) == 0 || len(text) == 1 && (text[0] == 'Z' || text[0] == 'z') || string(text) == "UTC" {
		return 0, true
	}
	switch len(text) {
	case 3:
		text = append(bytes.Clone(text), ":00"...)
	case 5:
		text = slices.Concat(text[:3], []byte{':'}, text[3:])
	}
	if len(text) != 6 || text[0] != '+' && text[0] != '-' || text[3] != ':' ||
		!isDigit(text[1]) || !isDigit(text[2]) || !isDigit(text[4]) || !isDigit(text[5]) {
		return 0, false
	}
	hours, minutes := twoDigits(text[1:]), twoDigits(text[4:])
	if hours > 23 || minutes > 59 {
		return 0, false
	}
	seconds := int64(hours*3600 + minutes*60)
	if text[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func twoDigits(text []byte) int { return int(text[0]-'0')*10 + int(text[1]-'0') }

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysSince1970 returns the number of days from 1 January 1970 to a date. It counts in years that
// start in March, so that the leap day comes last.
func daysSince1970(year, month, day int) int64 {
	if month < 3 {
		year--
		month += 12
	}
	days := 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 1
	const epoch = 365*1969 + 1969/4 - 1969/100 + 1969/400 + (153*(13-3)+2)/5 // 1 January 1970
	return int64(days - epoch)
}

// ParseCount reads a whole number from 0 to 2³¹ − 1. It may be written as a decimal: 21.0.
func ParseCount(text []byte) (int32, error) {
	if len(text) == 0 {
		return 0, errMissing
	}
	n := int64(0)
	for i, b := range text {
		if i == 0 && b == '-' && len(text) > 1 {
			return 0, fmt.Errorf("the count %q is negative", Clip(text))
		}
		if b == '.' && i > 0 && i < len(text)-1 && len(bytes.Trim(text[i+1:], "0")) == 0 {
			break
		}
		if !isDigit(b) {
			return 0, fmt.Errorf("%q is not a whole number", Clip(text))
		}
		n = n*10 + int64(b-'0')
		if n > math.MaxInt32 {
			return 0, fmt.Errorf("the count %q is above %d", Clip(text), math.MaxInt32)
		}
	}
	return int32(n), nil
}

// Clip shortens a field for an error message.
func Clip(text []byte) []byte { return text[:min(len(text), 40)] }

// ParseNumber reads a finite number.
func ParseNumber(text []byte) (float64, error) {
	if len(text) == 0 {
		return 0, errMissing
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%q is not a number", Clip(text))
	}
	return v, nil
}
