// Package axis chooses the marks of axes and their labels, for pictures and for the page.
package axis

import (
	"math"
	"strconv"
)

// Tick is a mark of an axis. Label is empty for a small mark between others.
type Tick struct {
	Value float64
	Label string
}

// Even marks a linear axis at about most round values, and only at whole numbers if whole is true.
func Even(low, high float64, most int, whole bool) []Tick {
	if !(high > low) || math.IsInf(high-low, 0) {
		return []Tick{{Value: low, Label: strconv.FormatFloat(low, 'g', 4, 64)}}
	}
	step := roundStep((high - low) / float64(most))
	for whole && step != math.Trunc(step) {
		step = roundStep(step * 1.01)
	}
	decimals := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	if scaled := step * math.Pow10(decimals); scaled != math.Trunc(scaled) {
		decimals++
	}
	var ticks []Tick
	for k := math.Ceil(low/step - 1e-9); k*step <= high+step*1e-9; k++ {
		ticks = append(ticks, Tick{Value: k * step, Label: Grouped(k*step, decimals)})
	}
	return ticks
}

// roundStep returns the smallest round step that is at least the given one. Round steps are 1, 2,
// 2.5 and 5 times a power of ten.
func roundStep(least float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(least)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*power >= least*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// Grouped prints a number with commas between thousands: "12,500".
func Grouped(value float64, decimals int) string {
	if value == 0 {
		value = 0 // not "−0"
	}
	if math.Abs(value) >= 1e9 {
		return strconv.FormatFloat(value, 'g', 4, 64)
	}
	text := strconv.FormatFloat(value, 'f', decimals, 64)
	sign := ""
	if text[0] == '-' {
		sign, text = "−", text[1:]
	}
	whole, rest := text, ""
	if decimals > 0 {
		whole, rest = text[:len(text)-decimals-1], text[len(text)-decimals-1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + whole + rest
}

// Log marks a logarithmic axis of seconds, or of plain numbers without a unit. It marks 1, 2 and 5
// times the powers of ten, and also 3 and 7 times if it is little longer than one power. It marks
// only powers of ten on an axis that is long for the given number of labels, and even steps on a
// short one.
func Log(low, high float64, most int, plain bool) []Tick {
	in := readable
	if plain {
		in = func(float64) (float64, string) { return 1, "" }
	}
	decades := math.Log10(high / low)
	if decades < 0.7 {
		factor, unit := in(low)
		ticks := Even(low*factor, high*factor, 6, false)
		for i := range ticks {
			ticks[i].Value /= factor
			ticks[i].Label += unit
		}
		return ticks
	}
	labelled := func(m int) bool { return m == 1 || m == 2 || m == 5 }
	switch {
	case decades < 1.3:
		labelled = func(m int) bool { return m <= 3 || m == 5 || m == 7 }
	case decades*3 > float64(most):
		labelled = func(m int) bool { return m == 1 }
	}
	// Number of powers of ten from one mark to the next.
	every := int(math.Ceil(decades / float64(most)))
	var ticks []Tick
	for e := int(math.Floor(math.Log10(low))); e <= int(math.Ceil(math.Log10(high))); e++ {
		for m := 1; m <= 9; m++ {
			// The text is always a number.
			value, _ := strconv.ParseFloat(strconv.Itoa(m)+"e"+strconv.Itoa(e), 64)
			if value < low*(1-1e-9) || value > high*(1+1e-9) {
				continue
			}
			label := ""
			if labelled(m) && (every < 2 || e%every == 0) {
				factor, unit := in(value)
				label = strconv.FormatFloat(value*factor, 'g', 4, 64) + unit
			}
			ticks = append(ticks, Tick{Value: value, Label: label})
		}
	}
	return ticks
}

// readable returns the unit in which a time is short, and the factor that converts seconds to this
// unit.
func readable(value float64) (factor float64, unit string) {
	switch value *= 1 + 1e-9; {
	case value >= 1:
		return 1, " s"
	case value >= 1e-3:
		return 1e3, " ms"
	case value >= 1e-6:
		return 1e6, " µs"
	}
	return 1e9, " ns"
}

// TimeAxis is a time axis: the unit of its labels, and the distance between two labels.
type TimeAxis struct {
	Unit    string
	Seconds float64 // seconds in one unit
	step    float64 // seconds
}

// TimeFor chooses an axis for a length in seconds, with at most the given number of labels.
func TimeFor(length float64, most int) TimeAxis {
	units := []TimeAxis{{Unit: "s", Seconds: 1}, {Unit: "min", Seconds: 60}, {Unit: "h", Seconds: 3600}, {Unit: "d", Seconds: 86400}}
	at := 0
	switch {
	case length > 4*86400:
		at = 3
	case length > 2*3600:
		at = 2
	case length > 300:
		at = 1
	}
	u := units[at]
	steps := []float64{1, 2, 5, 10, 15, 30, 60}
	if u.Unit == "h" {
		steps = []float64{1, 2, 3, 6, 12, 24, 48}
	}
	u.step = steps[len(steps)-1] * u.Seconds
	for i := len(steps) - 1; i >= 0 && length/(steps[i]*u.Seconds) <= float64(most); i-- {
		u.step = steps[i] * u.Seconds
	}
	if length/u.step > float64(most) {
		u.step = roundStep(length/u.Seconds/float64(most)) * u.Seconds
	}
	return u
}

// Ticks marks the axis. There is no time before zero.
func (c TimeAxis) Ticks(low, high float64) []Tick {
	var ticks []Tick
	for k := math.Ceil(low/c.step - 1e-9); k*c.step <= high+c.step*1e-9; k++ {
		ticks = append(ticks, Tick{Value: k * c.step, Label: strconv.FormatFloat(math.Abs(k*c.step/c.Seconds), 'f', -1, 64)})
	}
	return ticks
}
