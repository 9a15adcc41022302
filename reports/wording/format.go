// Package wording writes numbers and names for people: in tables, figures and sentences.
package wording

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
)

// Format prints the values of one metric, all in the same unit.
type Format struct {
	Unit   string // the printed unit: "ms"; empty for plain counts
	Factor float64
	whole  float64 // largest possible value, in the unit of the rows; +Inf if there is none
	paired bool    // the values are differences: small ones keep the digits of their half-width
}

// FormatOf chooses one format for intervals of a metric that are read side by side. In that format
// the typical value has few digits before the point.
func FormatOf(metric, unit string, intervals []compare.Interval) Format {
	var means []float64
	for _, i := range intervals {
		if m := math.Abs(i.Mean); m > 0 && !math.IsInf(m, 0) {
			means = append(means, m)
		}
	}
	s := formatFor(unit, median(means))
	s.whole = rows.Whole(metric, unit)
	return s
}

// formatFor chooses the printed unit for a value in the unit of the rows.
func formatFor(unit string, typical float64) Format {
	switch unit {
	case "s":
		switch {
		case typical == 0 || typical >= 1 && typical < 600:
		case typical < 1e-3:
			return Format{Unit: "µs", Factor: 1e6}
		case typical < 1:
			return Format{Unit: "ms", Factor: 1e3}
		default:
			return Format{Unit: "min", Factor: 1.0 / 60}
		}
	case "1":
		return Format{Factor: 1}
	case "1/s":
		return Format{Unit: "/s", Factor: 1}
	}
	return Format{Unit: unit, Factor: 1}
}

// OfDifferences is the format for differences. Differences of percentages are in points, not
// percent.
func (s Format) OfDifferences() Format {
	s.paired = true
	if s.Unit == "%" {
		s.Unit = "points"
	}
	return s
}

// Decimals returns how many decimals a value needs for the given number of significant digits. A
// negative result means rounding to tens, hundreds and so on.
func Decimals(value float64, digits int) int {
	if value <= 0 || math.IsInf(value, 0) || math.IsNaN(value) {
		return 0
	}
	// the exponent of the rounded value
	_, exponent, _ := strings.Cut(strconv.FormatFloat(value, 'e', digits-1, 64), "e")
	e, _ := strconv.Atoi(exponent)
	return digits - 1 - e
}

// Fixed prints a value of at least 0, rounded to the given number of decimals.
func Fixed(value float64, decimals int) string {
	if decimals < 0 {
		ten := math.Pow10(-decimals)
		return strconv.FormatFloat(math.Round(value/ten)*ten, 'f', 0, 64)
	}
	return strconv.FormatFloat(value, 'f', decimals, 64)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// The numbers of significant digits that are printed:
//
//   - A half-width has halfDigits, and that of an interval that is printed by its ends would have
//     them. But a half-width that is no smaller than the mean has one digit, so that the mean keeps
//     a digit. A mean beside the ends of its interval keeps one in any case. The half-width of a
//     difference always has halfDigits.
//   - A mean goes as far as its half-width, and has at most mostDigits.
//   - A mean without a half-width has constantDigits.
const (
	halfDigits     = 2
	mostDigits     = 5
	constantDigits = 4
)

// decimals returns the number of decimals to print for an interval. Certain is true if the interval
// is too narrow to change a printed digit, so that no half-width is printed.
func (s Format) decimals(i compare.Interval) (n int, certain bool) {
	value, half := math.Abs(i.Mean*s.Factor), known(i)*s.Factor
	if !i.Defined() || half == 0 || math.IsInf(half, 0) {
		if value == math.Trunc(value) {
			return 0, true
		}
		return max(0, s.finest(value, constantDigits)), true
	}
	n = Decimals(half, halfDigits)
	switch {
	case s.paired:
	case s.overreaches(i):
		n = max(n, Decimals(value, 1))
	case half >= value:
		// a mean of 780 is never rounded to 1000
		n = min(n, max(Decimals(half, 1), Decimals(value, 1)))
	}
	if most := s.finest(value, mostDigits); value > 0 && n > most {
		return most, math.Round(half*math.Pow10(most)) == 0
	}
	return n, false
}

// known returns the half-width that decides the digits: the wider side of the interval or, if this
// side is infinite, the other side.
func known(i compare.Interval) float64 {
	if half := i.Half(); !math.IsInf(half, 1) {
		return half
	}
	return min(i.Mean-i.Low, i.High-i.Mean)
}

// finest returns how many decimals a value needs for the given number of significant digits. A
// percentage gets enough decimals to show its distance to 100 with two digits, but at most six.
func (s Format) finest(value float64, digits int) int {
	n := Decimals(value, digits)
	if s.Unit == "%" && value < 100 {
		n = max(n, min(6, Decimals(100-value, 2)))
	}
	return n
}

// Number prints a mean without its unit: "∞" when it is infinite, "–" when it is not defined.
func (s Format) Number(i compare.Interval) string {
	switch {
	case math.IsNaN(i.Mean):
		return "–"
	case math.IsInf(i.Mean, 1):
		return "∞"
	case math.IsInf(i.Mean, -1):
		return "−∞"
	}
	n, certain := s.decimals(i)
	text := Fixed(math.Abs(i.Mean*s.Factor), n)
	if certain {
		text = short(text, math.Abs(i.Mean*s.Factor))
	}
	return signed(i.Mean, text)
}

// short leaves out zeros at the end of a printed value if the value stays the same.
func short(text string, value float64) string {
	if !strings.Contains(text, ".") {
		return text
	}
	cut := strings.TrimRight(strings.TrimRight(text, "0"), ".")
	if left, err := strconv.ParseFloat(cut, 64); err != nil || math.Abs(left-value) > 1e-12*value {
		return text
	}
	return cut
}

// signed puts a minus before a printed number if the value is negative, unless all its digits are
// zero.
func signed(value float64, text string) string {
	if value < 0 && strings.Trim(text, "0.") != "" {
		return "−" + text
	}
	return text
}

// Digits prints a number with the given number of significant digits. It never rounds digits before
// the point.
func Digits(value float64, digits int) string {
	size := math.Abs(value)
	return signed(value, Fixed(size, max(0, Decimals(size, digits))))
}

// Change prints a difference: a number with its sign.
func (s Format) Change(i compare.Interval) string {
	text := s.Number(i)
	if i.Mean > 0 && strings.Trim(text, "0.") != "" {
		text = "+" + text
	}
	return text
}

// Spread prints the interval of a mean, rounded as the mean is: "± 0.12", or "[10, 99]" if ± would
// reach impossible values. It is empty if there is no interval, or if every printed digit of the
// mean is certain.
func (s Format) Spread(i compare.Interval) string {
	n, certain := s.decimals(i)
	switch half := i.Half(); {
	case s.overreaches(i):
		return "[" + s.end(i.Low, n) + ", " + s.end(i.High, n) + "]"
	case math.IsInf(half, 1):
		return "± ∞"
	case certain:
		return ""
	default:
		return "± " + Fixed(half*s.Factor, n)
	}
}

// overreaches reports whether mean ± half-width reaches impossible values although the interval
// does not.
func (s Format) overreaches(i compare.Interval) bool {
	least := 0.0
	if s.paired {
		least = -s.whole
	}
	half := i.Half()
	return i.Low >= least && i.Mean-half < least || i.High <= s.whole && i.Mean+half > s.whole
}

// end prints an end of an interval. In an interval of percentages, an end is printed as 0 or 100
// only if it is exactly 0 or 100.
func (s Format) end(v float64, decimals int) string {
	switch {
	case math.IsInf(v, 1):
		return "∞"
	case s.Unit == "%":
		return share(v, max(0, decimals))
	}
	return signed(v, Fixed(math.Abs(v*s.Factor), decimals))
}

// roughDigits is the largest number of digits of a number that is printed without its half-width.
const roughDigits = 3

// Rough prints a mean with its unit. It prints the certain digits and one more, at most
// roughDigits.
func Rough(unit string, i compare.Interval) string {
	s := formatFor(unit, math.Abs(i.Mean))
	if math.IsNaN(i.Mean) || math.IsInf(i.Mean, 0) {
		return s.Number(i)
	}
	value, half := math.Abs(i.Mean*s.Factor), known(i)*s.Factor
	n := Decimals(value, roughDigits)
	switch {
	case half > 0 && !math.IsInf(half, 1):
		n = max(min(n, Decimals(half, 1)), Decimals(value, 1))
	case value < 1000 && value == math.Trunc(value): // a count
		n = 0
	}
	text := s.With(signed(i.Mean, short(Fixed(value, n), value)))
	return strings.ReplaceAll(text, " ", Unbroken)
}

// With appends the unit to a printed number.
func (s Format) With(text string) string {
	switch {
	case s.Unit == "":
		return text
	case strings.HasPrefix(s.Unit, "/"):
		return text + s.Unit
	}
	return text + " " + s.Unit
}

// Unbroken is the no-break space.
const Unbroken = "\u00a0"

// Spaced replaces no-break spaces by ordinary spaces.
func Spaced(text string) string { return strings.ReplaceAll(text, Unbroken, " ") }

// Sign returns the sign that shows a mark in a table.
func Sign(m compare.Mark) string {
	switch m {
	case compare.Better:
		return "▲"
	case compare.Worse:
		return "▼"
	case compare.Differs:
		return "◆"
	case compare.Unequal:
		return "≠"
	}
	return ""
}
