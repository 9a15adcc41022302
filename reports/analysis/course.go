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

// seriesByKey sorts time series by their keys. Those of a key are of different replications. It
// also lists the scopes of each metric, in the order of the series.
func seriesByKey(series []rows.TimeSeries) (by map[SeriesKey][]*rows.TimeSeries, scopes map[string][]string) {
	by, scopes = map[SeriesKey][]*rows.TimeSeries{}, map[string][]string{}
	for i := range series {
		s := &series[i]
		key := SeriesKey{s.Policy, s.Metric, s.Scope}
		if by[key] == nil && !slices.Contains(scopes[s.Metric], s.Scope) {
			scopes[s.Metric] = append(scopes[s.Metric], s.Scope)
		}
		by[key] = append(by[key], s)
	}
	return by, scopes
}

// TimeSteps are the steps in which time series are drawn, in seconds. Step i ends at Ends[i]. It
// begins at the end of the step before. The first step begins at Start.
type TimeSteps struct {
	Start  float64
	Ends   []float64
	Length float64   // of a step, in seconds; the last step may be shorter
	times  []float64 // the instants that have values, in order
	group  int       // how many of them are in a step; the last step may have fewer
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
	for at, list := range a.series {
		if at.Metric != metric {
			continue
		}
		var last []float64
		for _, one := range list {
			if slices.Equal(one.Ends, last) {
				continue
			}
			last = one.Ends
			for _, end := range last {
				instants[end] = true
			}
		}
	}
	times := slices.Sorted(maps.Keys(instants))
	if len(times) == 0 {
		return TimeSteps{}
	}
	t := TimeSteps{times: times, group: (len(times) + most - 1) / most}
	t.Length = times[0]
	if len(times) > 1 {
		t.Length = times[1] - times[0]
		t.Start = max(0, times[0]-t.Length)
	}
	t.Length *= float64(t.group)
	for part := range slices.Chunk(times, t.group) {
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

// MeanSeries is a series over time and over replications. For each step it has the mean, the
// smallest and the largest value of the replications. All three are NaN if there is no finite
// value.
type MeanSeries struct {
	TimeSteps
	Mean, Low, High []float64
}

// SeriesOf folds the series of one metric of one policy in one scope. In each step it takes the
// mean of the values of each replication.
func (a *Analysis) SeriesOf(t TimeSteps, at SeriesKey) MeanSeries {
	type tally struct{ sum, n float64 }
	list := a.series[at]
	width := len(list)
	cells := make([]tally, len(t.Ends)*width)
	for r, one := range list {
		place := 0 // of an instant in t.times
		for i, v := range one.Values {
			for t.times[place] < one.Ends[i] {
				place++
			}
			if finite(v) {
				c := &cells[place/t.group*width+r]
				c.sum, c.n = c.sum+v, c.n+1
			}
		}
	}
	n := len(t.Ends)
	c := MeanSeries{t, make([]float64, 0, n), make([]float64, 0, n), make([]float64, 0, n)}
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
func (c MeanSeries) Top() float64 {
	top := 0.0
	for _, v := range c.High {
		if v > top {
			top = v
		}
	}
	return top
}

// Blank reports whether a course has no value at all.
func (c MeanSeries) Blank() bool { return !slices.ContainsFunc(c.Mean, finite) }

// Level reports whether all values of a course are equal.
func (c MeanSeries) Level() bool {
	values := Keep(slices.Concat(c.Mean, c.Low, c.High), finite)
	return len(values) == 0 || slices.Max(values)-slices.Min(values) <= 1e-9*math.Abs(slices.Max(values))
}

func finite(v float64) bool { return !math.IsInf(v, 0) && !math.IsNaN(v) }

// Change is a change of the number of rented machines at an instant. Orders and releases are not
// offset against each other.
type Change struct{ Seconds, Ordered, Released float64 }

// Changes lists when the number of rented machines of any type changed under a policy in one
// replication, to the precision of the steps.
func (a *Analysis) Changes(policy string, replication int) (list []Change) {
	at := map[float64]*Change{}
	for _, scope := range a.Sampled("machines") {
		if !strings.HasPrefix(scope, MachineScope) {
			continue
		}
		series := a.series[SeriesKey{policy, "machines", scope}]
		i := slices.IndexFunc(series, func(s *rows.TimeSeries) bool { return s.Replication == replication })
		if i < 0 {
			continue
		}
		last := math.NaN()
		for k, v := range series[i].Values {
			seconds := series[i].Ends[k]
			if change := v - last; math.Abs(change) > 1e-9 {
				if at[seconds] == nil {
					at[seconds] = &Change{Seconds: seconds}
				}
				at[seconds].Ordered += max(0, change)
				at[seconds].Released += max(0, -change)
			}
			last = v
		}
	}
	for _, seconds := range slices.Sorted(maps.Keys(at)) {
		list = append(list, *at[seconds])
	}
	return list
}

// Sampled lists the scopes that have a time series of a metric, in the order of the series.
func (a *Analysis) Sampled(metric string) []string { return a.sampled[metric] }
