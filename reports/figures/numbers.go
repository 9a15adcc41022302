package figures

import (
	"math"

	"wavetank/metrics/compare"
)

func finite(v float64) bool { return !math.IsInf(v, 0) && !math.IsNaN(v) }

// ends returns the two ends of an interval, or the mean twice if there is no interval.
func ends(i compare.Interval) (low, high float64) {
	if !i.Defined() {
		return i.Mean, i.Mean
	}
	return i.Low, i.High
}

// possible returns the ends of an interval, cut to possible values: at least 0, and at most 100 if
// the unit is percent. An interval that comes from a formula may go beyond these.
func possible(unit string, i compare.Interval) (low, high float64) {
	low, high = ends(i)
	low = max(low, min(0, i.Mean))
	if unit == "%" {
		high = min(high, max(100, i.Mean))
	}
	return low, high
}
