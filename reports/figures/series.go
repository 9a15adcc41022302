package figures

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"slices"

	"wavetank/reports/analysis"

	"gonum.org/v1/plot/plotter"
)

// mostSteps is the largest number of steps of a time series that a panel can show. A longer series
// is averaged over groups of steps.
const mostSteps = 400

// timeline holds the steps in which time series are drawn, in seconds. Step i ends at ends[i]. It
// begins at the end of the step before. The first step begins at start.
type timeline struct {
	start float64
	ends  []float64
	of    map[float64]int // the step of each instant that has samples
	step  float64         // length of a step in seconds; the last step may be shorter
}

// timelineOf returns one timeline for all series of a metric.
func (s *sheet) timelineOf(metric string) timeline {
	instants := map[float64]bool{}
	for at, samples := range s.sampled {
		if at.metric == metric {
			for _, m := range samples {
				instants[m.Seconds] = true
			}
		}
	}
	t := timeline{of: map[float64]int{}}
	times := slices.Sorted(maps.Keys(instants))
	if len(times) == 0 {
		return t
	}
	group := (len(times) + mostSteps - 1) / mostSteps
	t.step = times[0]
	if len(times) > 1 {
		t.step = times[1] - times[0]
		t.start = max(0, times[0]-t.step)
	}
	t.step *= float64(group)
	for part := range slices.Chunk(times, group) {
		for _, instant := range part {
			t.of[instant] = len(t.ends)
		}
		t.ends = append(t.ends, part[len(part)-1])
	}
	return t
}

func (t timeline) end() float64 {
	if len(t.ends) == 0 {
		return 0
	}
	return t.ends[len(t.ends)-1]
}

// course is a time series over replications. For each step of the timeline it has the mean, the
// smallest and the largest value of the replications. All three are NaN if there is no finite
// sample.
type course struct {
	timeline
	mean, low, high []float64
}

// tally adds up values for a mean.
type tally struct{ sum, n float64 }

// course folds the samples of one metric of one policy in one scope.
func (s *sheet) course(t timeline, policy, metric, scope string) course {
	steps := make([]map[int]tally, len(t.ends)) // by replication
	for _, m := range s.sampled[curveKey{policy, metric, scope}] {
		if !finite(m.Value) {
			continue
		}
		at := t.of[m.Seconds]
		if steps[at] == nil {
			steps[at] = map[int]tally{}
		}
		v := steps[at][m.Replication]
		steps[at][m.Replication] = tally{v.sum + m.Value, v.n + 1}
	}
	c := course{timeline: t}
	for _, step := range steps {
		mean, low, high := 0.0, math.Inf(1), math.Inf(-1)
		for _, replication := range slices.Sorted(maps.Keys(step)) {
			v := step[replication].sum / step[replication].n
			mean, low, high = mean+v/float64(len(step)), min(low, v), max(high, v)
		}
		if len(step) == 0 {
			mean, low, high = math.NaN(), math.NaN(), math.NaN()
		}
		c.mean, c.low, c.high = append(c.mean, max(low, min(high, mean))), append(c.low, low), append(c.high, high)
	}
	return c
}

// top returns the largest value of all, or 0 if there is none.
func (c course) top() float64 {
	top := 0.0
	for _, v := range c.high {
		if v > top {
			top = v
		}
	}
	return top
}

// blank reports whether a course has no value at all.
func (c course) blank() bool { return !slices.ContainsFunc(c.mean, finite) }

// level reports whether all values of a course are equal.
func (c course) level() bool {
	values := analysis.Keep(slices.Concat(c.mean, c.low, c.high), finite)
	return len(values) == 0 || slices.Max(values)-slices.Min(values) <= 1e-9*math.Abs(slices.Max(values))
}

// print returns a key of how a course is drawn. Courses that are drawn alike have equal keys. The
// key is empty if there is nothing to draw.
func (c course) print() string {
	if c.blank() {
		return ""
	}
	return printOf(c.mean, c.low, c.high)
}

// printOf returns a key of lists of numbers. Lists that are equal up to rounding have equal keys.
func printOf(lists ...[]float64) string {
	h := fnv.New64a()
	for _, list := range lists {
		for _, v := range list {
			fmt.Fprintf(h, "%.9g ", v)
		}
	}
	return fmt.Sprintf("%x", h.Sum64())
}

// stairs returns the corners of a staircase through the values. The staircase is interrupted at
// steps without a value.
func (c course) stairs(values []float64) plotter.XYs {
	var points plotter.XYs
	from := c.start
	for i, v := range values {
		points = append(points, plotter.XY{X: from, Y: v}, plotter.XY{X: c.ends[i], Y: v})
		from = c.ends[i]
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
