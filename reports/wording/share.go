package wording

import (
	"math"
	"strconv"
	"strings"

	"wavetank/metrics/compare"
)

// Share prints a share of requests in time with its interval, in percent: "94.8 [94.4, 95.2]". It
// has the digits that the interval supports. It has more digits where they are needed to show on
// which side of the objective an end of the interval lies.
func Share(v compare.Verdict) string {
	i := v.Share
	if math.IsNaN(i.Mean) {
		return "–"
	}
	low, high := max(0, i.Low), min(100, i.High)
	n := 1 + places(v.Percent)
	if i.Defined() && i.Half() > 0 {
		n = max(0, min(n, Decimals(i.Half(), 1)))
	}
	for n < 6 && i.Defined() && ((rounded(low, n) >= v.Percent) != (low >= v.Percent) || (rounded(high, n) < v.Percent) != (high < v.Percent)) {
		n++
	}
	if n == 0 && rounded(low, 0) == rounded(high, 0) && low < high {
		n = 1 // otherwise both ends would look the same
	}
	text := share(i.Mean, n)
	if i.Defined() {
		text += " [" + share(low, n) + ", " + share(high, n) + "]"
	}
	return text
}

// share prints a percentage with n decimals. A share that is neither 0 nor 100 % is never printed
// as 0 or 100.
func share(percent float64, n int) string {
	switch {
	case percent == 0 || percent == 100:
		return Number(percent)
	case rounded(percent, n) >= 100:
		return Fixed(100-math.Pow10(-n), n)
	case rounded(percent, n) <= 0:
		return Fixed(math.Pow10(-n), n)
	}
	return Fixed(percent, n)
}

// places counts the decimals of a number in its shortest form.
func places(v float64) int {
	_, decimals, _ := strings.Cut(Number(v), ".")
	return len(decimals)
}

func rounded(v float64, decimals int) float64 {
	ten := math.Pow10(decimals)
	return math.Round(v*ten) / ten
}

// Number prints a number in its shortest form.
func Number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
