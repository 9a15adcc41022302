package commands

import (
	"fmt"
	"math"
)

// thousands writes a number of tokens in thousands or millions.
func thousands(n int64) string {
	switch {
	case n >= 1_000_000:
		return short(float64(n)/1e6) + " M"
	case n >= 1000:
		return short(float64(n)/1e3) + " k"
	}
	return fmt.Sprint(n)
}

// short writes a number with three digits. It writes a dash for NaN and infinite values.
func short(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case math.Abs(v) >= 100:
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

func percent(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*v)
}
