package reports

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"wavetank/metrics"
)

// scale turns values of a unit into numbers that people read: by a factor, with a number of decimals.
type scale struct {
	unit     string // as it is printed: "ms"; empty for plain counts
	factor   float64
	decimals int
}

// scaleOf chooses one scale for intervals that are read side by side: such that the typical value has few
// digits before the point and the typical half-width two significant digits, or more where they are needed to
// see that an interval does not hold zero.
func scaleOf(unit string, intervals []metrics.Interval) scale {
	var means, halves []float64
	for _, i := range intervals {
		if m := math.Abs(i.Mean); m > 0 && !math.IsInf(m, 0) {
			means = append(means, m)
		}
		if i.Half() > 0 && !math.IsInf(i.Half(), 0) {
			halves = append(halves, i.Half())
		}
	}
	s := scaleUnit(unit, median(means))
	most := 0.0
	whole := true
	for _, m := range means {
		m *= s.factor
		most = max(most, m)
		whole = whole && m == math.Trunc(m)
	}
	switch {
	case len(halves) > 0:
		s.decimals = decimalsFor(median(halves)*s.factor, 2)
	case whole:
		s.decimals = 0
	default:
		s.decimals = decimalsFor(median(means)*s.factor, 4)
	}
	s.decimals = max(0, min(s.decimals, decimalsFor(most, 5)))
	for range 2 {
		if slices.ContainsFunc(intervals, s.blurs) {
			s.decimals++
		}
	}
	return s
}

// blurs says whether rounding makes an interval seem to hold zero that does not.
func (s scale) blurs(i metrics.Interval) bool {
	ten := math.Pow10(s.decimals) * s.factor
	return i.ExcludesZero() && i.Half() > 0 && math.Round(math.Abs(i.Mean)*ten) <= math.Round(i.Half()*ten)
}

// scaleUnit chooses the printed unit for a value in the unit of the rows.
func scaleUnit(unit string, typical float64) scale {
	switch unit {
	case "s":
		switch {
		case typical == 0 || typical >= 1 && typical < 600:
		case typical < 1e-3:
			return scale{unit: "µs", factor: 1e6}
		case typical < 1:
			return scale{unit: "ms", factor: 1e3}
		default:
			return scale{unit: "min", factor: 1.0 / 60}
		}
	case "1":
		return scale{factor: 1}
	case "1/s":
		return scale{unit: "/s", factor: 1}
	}
	return scale{unit: unit, factor: 1}
}

// ofDifferences is the scale for differences: those of percentages are points, not percent.
func (s scale) ofDifferences() scale {
	if s.unit == "%" {
		s.unit = "points"
	}
	return s
}

// decimalsFor returns the decimals that show a value with so many significant digits.
func decimalsFor(value float64, digits int) int {
	if value <= 0 || math.IsInf(value, 0) || math.IsNaN(value) {
		return 0
	}
	return digits - 1 - int(math.Floor(math.Log10(value)))
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// number prints a mean without its unit: "∞" when it is infinite, "–" when it is not defined, and never a
// bare zero for what is not zero.
func (s scale) number(i metrics.Interval) string {
	switch {
	case math.IsNaN(i.Mean):
		return "–"
	case math.IsInf(i.Mean, 1):
		return "∞"
	case math.IsInf(i.Mean, -1):
		return "−∞"
	}
	value := math.Abs(i.Mean * s.factor)
	text := strconv.FormatFloat(value, 'f', s.decimals, 64)
	if value != 0 && !i.Defined() && strings.Trim(text, "0.") == "" {
		text = strconv.FormatFloat(value, 'g', 1, 64)
	}
	if i.Mean < 0 {
		text = "−" + text
	}
	return text
}

// change prints a difference: a number with its sign.
func (s scale) change(i metrics.Interval) string {
	text := s.number(i)
	if i.Mean > 0 {
		text = "+" + text
	}
	return text
}

// half prints the half-width of an interval, rounded as the mean is; empty where there is none.
func (s scale) half(i metrics.Interval) string {
	if !i.Defined() {
		return ""
	}
	text := strconv.FormatFloat(i.Half()*s.factor, 'f', s.decimals, 64)
	if i.Half() > 0 && strings.Trim(text, "0.") == "" {
		return "<" + strconv.FormatFloat(math.Pow10(-s.decimals), 'f', s.decimals, 64)
	}
	return text
}

// with puts the unit behind a printed number.
func (s scale) with(text string) string {
	switch {
	case s.unit == "":
		return text
	case strings.HasPrefix(s.unit, "/"):
		return text + s.unit
	}
	return text + " " + s.unit
}

// sign is how a mark looks in a table.
func sign(m metrics.Mark) string {
	switch m {
	case metrics.Better:
		return "▲"
	case metrics.Worse:
		return "▼"
	case metrics.Differs:
		return "◆"
	}
	return ""
}

// span prints a duration in seconds as people say it: "24 h", "30 min", "1.5 s".
func span(seconds float64) string {
	for _, unit := range []struct {
		seconds float64
		name    string
	}{{3600, "h"}, {60, "min"}} {
		if seconds >= unit.seconds && math.Mod(seconds*4, unit.seconds) == 0 {
			return strconv.FormatFloat(seconds/unit.seconds, 'f', -1, 64) + " " + unit.name
		}
	}
	return strconv.FormatFloat(seconds, 'f', -1, 64) + " s"
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
