package compare

import (
	"maps"
	"math"
	"slices"
)

// Ratio is one line of a geometric mean: the same quantity in two sets of results.
type Ratio struct {
	Value, Base Value
	Paired      bool
	// Group is the same for lines whose replications share requests, such as the policies of one
	// scenario. Lines of different groups are independent.
	Group int
}

// GeometricMeans returns the geometric means of the values and of the bases, and the change from
// the second to the first as a multiple of the second. It leaves out lines without two finite
// values above zero, and returns how many lines are used. Intervals are computed for logarithms
// (delta method), with Welch's degrees of freedom over the groups.
func GeometricMeans(lines []Ratio, level float64) (value, base, change Interval, used int) {
	var kept []Ratio
	for _, l := range lines {
		if positive(l.Value) && positive(l.Base) {
			kept = append(kept, l)
		}
	}
	ours, theirs, changes := newLogarithms(), newLogarithms(), newLogarithms()
	for _, l := range kept {
		ours.add(source{l.Group, 0}, math.Log(l.Value.Mean), logs(l.Value))
		theirs.add(source{l.Group, 0}, math.Log(l.Base.Mean), logs(l.Base))
		if l.Paired {
			change := differences(logs(l.Value), logs(l.Base))
			changes.add(source{l.Group, 0}, math.Log(l.Value.Mean)-math.Log(l.Base.Mean), change)
			continue
		}
		changes.add(source{l.Group, 1}, math.Log(l.Value.Mean), logs(l.Value))
		changes.add(source{l.Group, 2}, -math.Log(l.Base.Mean), negative(logs(l.Base)))
	}
	n := len(kept)
	change = changes.mean(n, level)
	change.Mean, change.Low, change.High = math.Expm1(change.Mean), math.Expm1(change.Low), math.Expm1(change.High)
	if difference(change.Mean+1, 1) == 0 {
		change.Mean = 0
	}
	return ours.mean(n, Level).exponential(), theirs.mean(n, Level).exponential(), change, n
}

func positive(v Value) bool {
	return v.Mean > 0 && !math.IsInf(v.Mean, 1) && len(v.parts) > 0 && finite(values(v.parts))
}

// logs returns the contributions of the replications to the logarithm of a value, without the
// logarithm itself.
func logs(v Value) []run {
	list := make([]run, len(v.parts))
	for i, p := range v.parts {
		list[i] = run{p.replication, p.value/v.Mean - 1}
	}
	return list
}

func negative(list []run) []run {
	for i := range list {
		list[i].value = -list[i].value
	}
	return list
}

// differences returns the contributions of a minus those of b, for the replications that are in
// both lists.
func differences(a, b []run) (list []run) {
	for x, y := range both(a, b) {
		list = append(list, run{x.replication, x.value - y.value})
	}
	return list
}

// source identifies replications that are independent of those of every other source.
type source struct{ group, side int }

// logarithms is a sum of logarithms of values, with the contributions of the replications of every
// source.
type logarithms struct {
	sum     float64
	order   []source
	parts   map[source]map[int]float64
	lines   map[source]map[int]int // number of values that have the replication
	members map[source]int         // number of values of the source
}

func newLogarithms() *logarithms {
	return &logarithms{parts: map[source]map[int]float64{}, lines: map[source]map[int]int{}, members: map[source]int{}}
}

func (l *logarithms) add(from source, value float64, parts []run) {
	l.sum += value
	if l.parts[from] == nil {
		l.order = append(l.order, from)
		l.parts[from], l.lines[from] = map[int]float64{}, map[int]int{}
	}
	l.members[from]++
	for _, p := range parts {
		l.parts[from][p.replication] += p.value
		l.lines[from][p.replication]++
	}
}

// mean returns the sum over n, with its interval.
func (l *logarithms) mean(n int, level float64) Interval {
	m := undefined(level, "")
	if n == 0 {
		m.Warning = "no values above zero"
		return m
	}
	m.Mean = l.sum / float64(n)
	var variances, counts []float64
	total := 0.0
	for _, from := range l.order {
		var list []float64
		for _, replication := range slices.Sorted(maps.Keys(l.parts[from])) {
			if l.lines[from][replication] == l.members[from] {
				list = append(list, l.parts[from][replication])
			}
		}
		if len(list) < 2 {
			m.Warning = "too few replications: no interval"
			return m
		}
		if m.N == 0 || len(list) < m.N {
			m.N = len(list)
		}
		_, v := moments(list)
		v /= float64(len(list)) * float64(n) * float64(n)
		variances, counts = append(variances, v), append(counts, float64(len(list)))
		total += v
	}
	half := 0.0
	if total > 1e-30 { // what is smaller comes from rounding
		half = quantile(level, satterthwaite(variances, counts)) * math.Sqrt(total)
	}
	m.Low, m.High = m.Mean-half, m.Mean+half
	return m
}

// exponential returns the interval of e to the power of the value.
func (i Interval) exponential() Interval {
	i.Mean, i.Low, i.High = math.Exp(i.Mean), math.Exp(i.Low), math.Exp(i.High)
	return i
}
