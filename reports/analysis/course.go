package analysis

import (
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"wavetank/metrics/rows"
)

// SeriesKey names a time series.
type SeriesKey struct{ Policy, Metric, Scope string }

// point is one sample of a time series.
type point struct {
	seconds, value float64
	replication    int
}

// pointsOf sorts samples by the time series that they belong to. The samples of a series keep their
// order. It also lists the scopes of each metric, in the order of the samples.
func pointsOf(series []rows.Sample) (by map[SeriesKey][]point, scopes map[string][]string) {
	type part struct {
		samples int
		points  []point
	}
	parts := map[SeriesKey]*part{}
	scopes = map[string][]string{}
	owner := make([]*part, 0, len(series))
	for i := range series {
		s := &series[i]
		key := SeriesKey{s.Policy, s.Metric, s.Scope}
		own := parts[key]
		if own == nil {
			own = &part{}
			parts[key] = own
			if !slices.Contains(scopes[s.Metric], s.Scope) {
				scopes[s.Metric] = append(scopes[s.Metric], s.Scope)
			}
		}
		own.samples++
		owner = append(owner, own)
	}
	for _, own := range parts {
		own.points = make([]point, 0, own.samples)
	}
	for i := range series {
		s, own := &series[i], owner[i]
		own.points = append(own.points, point{s.Seconds, s.Value, s.Replication})
	}
	by = map[SeriesKey][]point{}
	for key, own := range parts {
		by[key] = own.points
	}
	return by, scopes
}

// TimeSteps are the steps in which time series are drawn, in seconds. Step i ends at Ends[i]. It
// begins at the end of the step before. The first step begins at Start.
type TimeSteps struct {
	Start  float64
	Ends   []float64
	Length float64         // of a step, in seconds; the last step may be shorter
	of     map[float64]int // the step of each instant that has samples
}

// StepsOf returns the steps of all series of a metric. It puts samples together so that there are
// at most the given number of steps.
func (a *Analysis) StepsOf(metric string, most int) TimeSteps {
	a.steps.Lock()
	defer a.steps.Unlock()
	key := stepsKey{metric, most}
	t, known := a.steps.of[key]
	if !known {
		if a.steps.of == nil {
			a.steps.of = map[stepsKey]TimeSteps{}
		}
		t = a.stepsOf(metric, most)
		a.steps.of[key] = t
	}
	return t
}

// stepsKey names the steps of a metric.
type stepsKey struct {
	metric string
	most   int
}

// madeSteps keeps the steps that were asked for.
type madeSteps struct {
	sync.Mutex
	of map[stepsKey]TimeSteps
}

func (a *Analysis) stepsOf(metric string, most int) TimeSteps {
	instants := map[float64]bool{}
	for at, samples := range a.points {
		if at.Metric == metric {
			for _, p := range samples {
				instants[p.seconds] = true
			}
		}
	}
	t := TimeSteps{of: map[float64]int{}}
	times := slices.Sorted(maps.Keys(instants))
	if len(times) == 0 {
		return t
	}
	group := (len(times) + most - 1) / most
	t.Length = times[0]
	if len(times) > 1 {
		t.Length = times[1] - times[0]
		t.Start = max(0, times[0]-t.Length)
	}
	t.Length *= float64(group)
	for part := range slices.Chunk(times, group) {
		for _, instant := range part {
			t.of[instant] = len(t.Ends)
		}
		t.Ends = append(t.Ends, part[len(part)-1])
	}
	return t
}

// End returns the end of the last step, or 0 without steps.
func (t TimeSteps) End() float64 {
	if len(t.Ends) == 0 {
		return 0
	}
	return t.Ends[len(t.Ends)-1]
}

// TimeSeries is a series over time and over replications. For each step it has the mean, the
// smallest and the largest value of the replications. All three are NaN if there is no finite
// sample.
type TimeSeries struct {
	TimeSteps
	Mean, Low, High []float64
}

// SeriesOf folds the samples of one metric of one policy in one scope. In each step it takes the
// mean of the samples of each replication.
func (a *Analysis) SeriesOf(t TimeSteps, at SeriesKey) TimeSeries {
	type tally struct{ sum, n float64 }
	width := 0 // replications are numbered from 0
	for _, p := range a.points[at] {
		width = max(width, p.replication+1)
	}
	cells := make([]tally, len(t.Ends)*width)
	for _, p := range a.points[at] {
		if finite(p.value) {
			c := &cells[t.of[p.seconds]*width+p.replication]
			c.sum, c.n = c.sum+p.value, c.n+1
		}
	}
	c := TimeSeries{TimeSteps: t}
	for step := range t.Ends {
		mean, low, high, n := 0.0, math.Inf(1), math.Inf(-1), 0.0
		of := cells[step*width : (step+1)*width]
		for _, v := range of {
			if v.n > 0 {
				n++
			}
		}
		for _, v := range of {
			if v.n > 0 {
				one := v.sum / v.n
				mean, low, high = mean+one/n, min(low, one), max(high, one)
			}
		}
		if n == 0 {
			mean, low, high = math.NaN(), math.NaN(), math.NaN()
		}
		c.Mean, c.Low, c.High = append(c.Mean, max(low, min(high, mean))), append(c.Low, low), append(c.High, high)
	}
	return c
}

// Top returns the largest value of all, or 0 if there is none.
func (c TimeSeries) Top() float64 {
	top := 0.0
	for _, v := range c.High {
		if v > top {
			top = v
		}
	}
	return top
}

// Blank reports whether a course has no value at all.
func (c TimeSeries) Blank() bool { return !slices.ContainsFunc(c.Mean, finite) }

// Level reports whether all values of a course are equal.
func (c TimeSeries) Level() bool {
	values := Keep(slices.Concat(c.Mean, c.Low, c.High), finite)
	return len(values) == 0 || slices.Max(values)-slices.Min(values) <= 1e-9*math.Abs(slices.Max(values))
}

func finite(v float64) bool { return !math.IsInf(v, 0) && !math.IsNaN(v) }

// Change is a change of the number of rented machines at an instant. Orders and releases are not
// offset against each other.
type Change struct{ Seconds, Ordered, Released float64 }

// Changes lists when the number of rented machines of any type changed under a policy in one
// replication, to the precision of the samples.
func (a *Analysis) Changes(policy string, replication int) (list []Change) {
	at := map[float64]*Change{}
	for key, samples := range a.points {
		if key.Policy != policy || key.Metric != "machines" || !strings.HasPrefix(key.Scope, MachineScope) {
			continue
		}
		last := math.NaN()
		for _, p := range samples {
			if p.replication != replication {
				continue
			}
			if change := p.value - last; math.Abs(change) > 1e-9 {
				if at[p.seconds] == nil {
					at[p.seconds] = &Change{Seconds: p.seconds}
				}
				at[p.seconds].Ordered += max(0, change)
				at[p.seconds].Released += max(0, -change)
			}
			last = p.value
		}
	}
	for _, seconds := range slices.Sorted(maps.Keys(at)) {
		list = append(list, *at[seconds])
	}
	return list
}

// Sampled lists the scopes that have a time series of a metric, in the order of the samples.
func (a *Analysis) Sampled(metric string) []string { return a.sampled[metric] }
