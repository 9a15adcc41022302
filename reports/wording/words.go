package wording

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// Capital returns a text with a capital first letter.
func Capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// List joins names for a sentence: "a, b and c". If a name has a semicolon in it, semicolons stand
// between the names instead of commas.
func List(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	separator := ", "
	if slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, ";") }) {
		separator = "; "
	}
	return strings.Join(names[:len(names)-1], separator) + " and " + names[len(names)-1]
}

// Verb returns the form of a verb that goes with its subjects.
func Verb(subjects []string, one, several string) string {
	if len(subjects) == 1 {
		return one
	}
	return several
}

// Count writes a number with its noun.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// Span prints a duration, given in seconds, in a unit that people use: "24 h", "30 min", "1.5 s".
func Span(seconds float64) string {
	for _, unit := range []struct {
		seconds float64
		name    string
	}{{3600, "h"}, {60, "min"}} {
		if seconds >= unit.seconds && math.Mod(seconds*4, unit.seconds) == 0 {
			return Number(seconds/unit.seconds) + " " + unit.name
		}
	}
	return Number(seconds) + " s"
}
