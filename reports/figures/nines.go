package figures

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// ninesScale is logarithmic in the distance to 100 %, so that 90, 99 and 99.9 % are equally far
// apart. It implements plot.Normalizer for values below 100.
type ninesScale struct{}

// Normalize implements plot.Normalizer.
func (ninesScale) Normalize(low, high, x float64) float64 {
	return math.Log((100-low)/(100-x)) / math.Log((100-low)/(100-high))
}

// ninesTicks marks a ninesScale at 0, 50, 80, 90, 95, 98, 99, 99.5 …
type ninesTicks struct{}

// Ticks implements plot.Ticker.
func (ninesTicks) Ticks(low, high float64) []plot.Tick {
	ticks := []plot.Tick{{Value: 0, Label: "0"}}
	for decimals := range 8 {
		for _, misses := range []float64{50, 20, 10} {
			misses /= math.Pow10(decimals)
			if 100-misses >= low && 100-misses <= high {
				digits := max(0, decimals-1)
				if misses*math.Pow10(digits) < 0.99 {
					digits++
				}
				ticks = append(ticks, plot.Tick{Value: 100 - misses, Label: strconv.FormatFloat(100-misses, 'f', digits, 64)})
			}
		}
	}
	return ticks
}
