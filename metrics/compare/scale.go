package compare

import (
	"math"

	"wavetank/metrics/rows"
)

// scale is an increasing transformation of values, and its inverse. Intervals are computed on the
// scale. There, only skewness makes them asymmetric.
type scale struct {
	to, from, slope func(float64) float64 // slope is the derivative of to
	// lean returns the least skewness that is assumed for values, per standard deviation on the
	// scale. Values that are normal on the scale, with a small standard deviation σ, have the
	// skewness 3σf″/f′, where f is from. For logarithms, lean is this skewness. For logits it is
	// two thirds of it, which makes the intervals of shares long enough.
	lean func(float64) float64
}

// inside reports whether a value has a finite place on the scale.
func (s scale) inside(v float64) bool { return !math.IsInf(s.to(v), 0) && !math.IsNaN(s.to(v)) }

// scaleFor returns the scale for values of a metric: logits for shares of a whole, logarithms for
// times and rates. Other values, such as counts and money, are not transformed. If they are not
// negative, their intervals do not go below zero.
func scaleFor(metric, unit string, values []float64) scale {
	whole := rows.Whole(metric, unit)
	least, most := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		least, most = min(least, v), max(most, v)
	}
	switch {
	case !math.IsInf(whole, 1) && least >= 0 && most <= whole:
		return logits(whole)
	case least > 0 && (unit == "s" || unit == "1/s"):
		return scale{
			to: math.Log, from: math.Exp, slope: func(v float64) float64 { return 1 / v },
			lean: func(float64) float64 { return 3 },
		}
	}
	floor := math.Inf(-1)
	if least >= 0 {
		floor = 0
	}
	return scale{
		to: func(v float64) float64 { return v }, from: func(v float64) float64 { return max(floor, v) },
		slope: func(float64) float64 { return 1 }, lean: func(float64) float64 { return 0 },
	}
}

// logits returns the scale of shares of a whole.
func logits(whole float64) scale {
	return scale{
		to:    func(v float64) float64 { return math.Log(v / (whole - v)) },
		from:  func(v float64) float64 { return whole / (1 + math.Exp(-v)) },
		slope: func(v float64) float64 { return whole / (v * (whole - v)) },
		lean:  func(v float64) float64 { return 2 * (1 - 2*v/whole) },
	}
}
