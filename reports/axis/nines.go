package axis

import (
	"math"
	"strconv"
)

// Nines returns the place of a percentage on a scale that is logarithmic in the distance to 100 %,
// so that 90, 99 and 99.9 % are equally far apart. The place is 0 for low and 1 for high. All three
// must be below 100.
func Nines(low, high, percent float64) float64 {
	return math.Log((100-low)/(100-percent)) / math.Log((100-low)/(100-high))
}

// NinesTicks marks a scale of nines at 0, 50, 80, 90, 95, 98, 99, 99.5 …
func NinesTicks(low, high float64) []Tick {
	ticks := []Tick{{Value: 0, Label: "0"}}
	for decimals := range 8 {
		for _, misses := range []float64{50, 20, 10} {
			misses /= math.Pow10(decimals)
			if 100-misses >= low && 100-misses <= high {
				digits := max(0, decimals-1)
				if misses*math.Pow10(digits) < 0.99 {
					digits++
				}
				ticks = append(ticks, Tick{Value: 100 - misses, Label: strconv.FormatFloat(100-misses, 'f', digits, 64)})
			}
		}
	}
	return ticks
}
