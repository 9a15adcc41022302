package page

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"wavetank/reports/analysis"
)

// stairs returns the path of the means, one stair for each step, which is 1 wide. It is interrupted
// where there is no value. A change that no screen shows is left out.
func stairs(c analysis.MeanSeries, y scale) string {
	var b strings.Builder
	run, at, open := 0, 0, false // steps at the present level
	flush := func() {
		if run > 0 {
			fmt.Fprintf(&b, "h%d", run)
		}
		run = 0
	}
	for i, v := range c.Mean {
		if !finite(v) {
			flush()
			open = false
			continue
		}
		level := y.y(v)
		switch {
		case !open:
			fmt.Fprintf(&b, "M%d %d", i, level)
			at, open = level, true
		case abs(level-at) > 1:
			flush()
			fmt.Fprintf(&b, "v%d", level-at)
			at = level
		}
		run++
	}
	flush()
	return b.String()
}

func abs(v int) int { return max(v, -v) }

// area returns the path of the area below the means.
func area(c analysis.MeanSeries, y scale) string {
	floor := slices.Clone(c.Mean)
	for i, v := range floor {
		if finite(v) {
			floor[i] = y.low
		}
	}
	return between(floor, c.Mean, 1, y)
}

// band returns the path around all replications: from the smallest to the largest value in every
// few steps.
func band(c analysis.MeanSeries, y scale) string {
	if slices.Equal(c.Low, c.High) {
		return ""
	}
	return between(c.Low, c.High, bandSteps, y)
}

// between returns the path around the area between two courses, in groups of steps. It has a part
// for each stretch of groups with values.
func between(lows, highs []float64, group int, y scale) string {
	type box struct{ from, to, low, high int }
	var parts [][]box
	open := false
	for from := 0; from < len(lows); from += group {
		to := min(from+group, len(lows))
		low, high := math.Inf(1), math.Inf(-1)
		for i := from; i < to; i++ {
			if finite(lows[i]) && finite(highs[i]) {
				low, high = min(low, lows[i]), max(high, highs[i])
			}
		}
		if low > high {
			open = false
			continue
		}
		if !open {
			parts, open = append(parts, nil), true
		}
		last := &parts[len(parts)-1]
		*last = append(*last, box{from, to, y.y(low), y.y(high)})
	}
	var b strings.Builder
	for _, part := range parts {
		at := part[0].high
		fmt.Fprintf(&b, "M%d %d", part[0].from, at)
		move := func(to, step int) {
			if to != at {
				fmt.Fprintf(&b, "v%d", to-at)
			}
			fmt.Fprintf(&b, "h%d", step)
			at = to
		}
		for _, one := range part {
			move(one.high, one.to-one.from)
		}
		for _, one := range slices.Backward(part) {
			move(one.low, one.from-one.to)
		}
		b.WriteByte('z')
	}
	return b.String()
}
