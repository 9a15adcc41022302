// Package wording writes numbers as messages and summaries show them.
package wording

import (
	"math"
	"strconv"
	"strings"
	"time"

	"wavetank/sim/quantity"
)

// Digits writes a number with three significant digits, and commas between thousands.
func Digits(v float64) string {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	decimals := 2 - int(math.Floor(math.Log10(math.Abs(v))))
	if decimals < 0 {
		unit := math.Pow(10, float64(-decimals))
		return Count(int64(math.Round(v/unit) * unit))
	}
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// Count writes a whole number with commas between thousands.
func Count(n int64) string {
	text := strconv.FormatInt(n, 10)
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// Counted writes a whole number as Count does, with its noun.
func Counted(n int64, noun string) string { return Count(n) + " " + Noun(Count(n), noun) }

// Noun returns the form of a noun that goes with a number as it is written.
func Noun(number, noun string) string {
	if number == "1" {
		return noun
	}
	return noun + "s"
}

// Nearest writes a number as the nearest whole one.
func Nearest(v float64) string { return Count(int64(math.Round(v))) }

// Percent writes a percentage with enough digits to differ from 0 and from 100.
func Percent(v float64) string {
	if v <= 0 || v >= 100 {
		return strconv.FormatFloat(v, 'g', 3, 64) + " %"
	}
	decimals := 1
	if least := min(v, 100-v); least < 1 {
		decimals = min(6, 1-int(math.Floor(math.Log10(least))))
	}
	return strconv.FormatFloat(v, 'f', decimals, 64) + " %"
}

// Brief writes a duration with three significant digits.
func Brief(d time.Duration) string {
	unit := time.Duration(1)
	for d/unit >= 1000 {
		unit *= 10
	}
	return quantity.Duration(d.Round(unit)).String()
}

// Rounded writes a duration. It rounds a duration of minutes to a tenth of a second.
func Rounded(d time.Duration) string {
	if d > time.Minute {
		d = d.Round(100 * time.Millisecond)
	}
	return quantity.Duration(d).String()
}
