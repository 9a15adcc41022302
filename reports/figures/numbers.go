package figures

import (
	"math"

	"wavetank/metrics/compare"
)

func finite(v float64) bool { return !math.IsInf(v, 0) && !math.IsNaN(v) }

// ends returns the interval, or the mean twice if there is none.
func ends(i compare.Interval) (low, high float64) {
	if !i.Defined() {
		return i.Mean, i.Mean
	}
	return i.Low, i.High
}

// possible returns the ends of an interval, cut to what values can be: not negative, and in percent
// not above 100. An interval made by a formula may go further.
func possible(unit string, i compare.Interval) (low, high float64) {
	low, high = ends(i)
	low = max(low, min(0, i.Mean))
	if unit == "%" {
		high = min(high, max(100, i.Mean))
	}
	return low, high
}
