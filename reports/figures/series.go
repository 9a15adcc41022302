package figures

import (
	"hash/fnv"
	"slices"
	"strconv"

	"wavetank/reports/analysis"

	"gonum.org/v1/plot/plotter"
)

// mostSteps is the largest number of steps of a time series that a panel can show. A longer series
// is averaged over groups of steps.
const mostSteps = 400

// course is a time series that is drawn.
type course struct{ analysis.MeanSeries }

// course folds the samples of one metric of one policy in one scope.
func (s *sheet) course(t analysis.TimeSteps, policy, metric, scope string) course {
	return course{s.SeriesOf(t, analysis.SeriesKey{Policy: policy, Metric: metric, Scope: scope})}
}

// print returns a key of how a course is drawn. Courses that are drawn alike have equal keys. The
// key is empty if there is nothing to draw.
func (c course) print() string {
	if c.Blank() {
		return ""
	}
	return printOf(c.Mean, c.Low, c.High)
}

// printOf returns a key of lists of numbers. Lists that are equal up to rounding have equal keys.
func printOf(lists ...[]float64) string {
	h := fnv.New64a()
	var text []byte
	for _, list := range lists {
		for _, v := range list {
			text = append(strconv.AppendFloat(text[:0], v, 'g', 9, 64), ' ')
			h.Write(text)
		}
	}
	return strconv.FormatUint(h.Sum64(), 16)
}

// stairs returns the corners of a staircase through the values. The staircase is interrupted at
// steps without a value.
func (c course) stairs(values []float64) plotter.XYs {
	var points plotter.XYs
	from := c.Start
	for i, v := range values {
		points = append(points, plotter.XY{X: from, Y: v}, plotter.XY{X: c.Ends[i], Y: v})
		from = c.Ends[i]
	}
	return points
}

// areas returns the outlines of the area between two staircases. There is one outline for each
// stretch of steps with values.
func (c course) areas(low, high []float64) []plotter.XYs {
	var areas []plotter.XYs
	lower, upper := c.stairs(low), c.stairs(high)
	for i := 0; i < len(upper); {
		if !finite(upper[i].Y) {
			i++
			continue
		}
		end := i
		for end < len(upper) && finite(upper[end].Y) {
			end++
		}
		back := slices.Clone(lower[i:end])
		slices.Reverse(back)
		areas = append(areas, append(slices.Clone(upper[i:end]), back...))
		i = end
	}
	return areas
}
