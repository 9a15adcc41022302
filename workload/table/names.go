package table

import (
	"strings"
	"unicode"
)

// unitWords are the words at the end of a column's name that give the unit of its times.
var unitWords = map[string]Unit{
	"s": Seconds, "sec": Seconds, "secs": Seconds, "second": Seconds, "seconds": Seconds,
	"ms": Milliseconds, "msec": Milliseconds, "msecs": Milliseconds, "milli": Milliseconds, "millis": Milliseconds,
	"millisecond": Milliseconds, "milliseconds": Milliseconds,
	"us": Microseconds, "µs": Microseconds, "μs": Microseconds, "usec": Microseconds, "usecs": Microseconds,
	"micro": Microseconds, "micros": Microseconds, "microsecond": Microseconds, "microseconds": Microseconds,
	"ns": Nanoseconds, "nsec": Nanoseconds, "nsecs": Nanoseconds, "nano": Nanoseconds, "nanos": Nanoseconds,
	"nanosecond": Nanoseconds, "nanoseconds": Nanoseconds,
}

// Plain writes a name in small letters, with one _ between its words: startTimeMs, "Start time
// [ms]" and start.time.ms all become start_time_ms.
func Plain(name string) string {
	var b strings.Builder
	gap, small := false, false
	for _, r := range name {
		word := unicode.IsLetter(r) || unicode.IsDigit(r)
		if (gap || unicode.IsUpper(r) && small) && word && b.Len() > 0 {
			b.WriteByte('_')
		}
		if gap = !word; word {
			b.WriteRune(unicode.ToLower(r))
		}
		small = unicode.IsLower(r) || unicode.IsDigit(r)
	}
	return b.String()
}

// UnitOf splits the unit of time off a name: start_time_ms is start_time in milliseconds. It
// returns false if the name does not end in a unit.
func UnitOf(name string) (base string, unit Unit, ok bool) {
	plain := Plain(name)
	at := strings.LastIndexByte(plain, '_')
	if at <= 0 {
		return plain, Seconds, false
	}
	if unit, ok = unitWords[plain[at+1:]]; !ok {
		return plain, Seconds, false
	}
	return plain[:at], unit, true
}

// find returns the name in the list that a name means: the same name, or one that only differs in
// its case and its separators, or the only one that ends in it behind a dot. The name may be
// followed by a unit. It returns "" if there is none.
func find(list []string, name string) (column string, unit Unit, has bool) {
	for u := Nanoseconds; u >= Seconds; u-- {
		for _, c := range list {
			if c == name+"_"+u.String() {
				return c, u, true
			}
		}
	}
	for _, c := range list {
		if c == name {
			return c, Seconds, false
		}
	}
	name = Plain(name)
	inner, innerUnit, innerHas, several := "", Seconds, false, false
	for _, c := range list {
		if c == "" {
			continue
		}
		base, u, ok := UnitOf(c)
		if base == name && ok {
			return c, u, true
		}
		if Plain(c) == name {
			return c, Seconds, false
		}
		if at := strings.LastIndexByte(c, '.'); at >= 0 {
			last, u, ok := UnitOf(c[at+1:])
			if last == name || Plain(c[at+1:]) == name {
				several = inner != ""
				inner, innerUnit, innerHas = c, u, ok && last == name
			}
		}
	}
	if several {
		return "", Seconds, false
	}
	return inner, innerUnit, innerHas
}

// FindColumn returns the column that the first of several names means, as Table.Find does. It
// returns "" if there is none.
func FindColumn(list []string, names ...string) string {
	for _, name := range names {
		if column, _, _ := find(list, name); column != "" {
			return column
		}
	}
	return ""
}
