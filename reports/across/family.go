package across

import (
	"math"
	"slices"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
)

// Family holds one quantity of all entries on all sides, with the contrasts of the pairs of sides.
// All intervals of contrasts together contain the true differences with the probability
// compare.Level (Bonferroni).
type Family struct {
	compare.Quantity
	Level     float64
	Values    [][]compare.Value     // by entry and side
	Contrasts [][]*compare.Contrast // by entry and pair; nil: a side does not have the policy
	// Means are the geometric means over the entries that have values above zero on all sides. It
	// is nil if there are fewer than two such entries, or if the unit is a percentage.
	Means *GeometricMeans
}

// GeometricMeans are geometric means over several entries.
type GeometricMeans struct {
	Used   int                // number of entries
	Values []compare.Interval // by side
	Change []compare.Interval // by pair, as a multiple of the base
	Mark   []compare.Mark     // by pair
	Same   []bool             // by pair: the whole interval lies within the margin
}

// Quantities lists the metrics of a scope that any side has.
func (m *Match) Quantities(scope string) (list []compare.Quantity) {
	for _, e := range m.Entries {
		for _, p := range e.places {
			if p == nil {
				continue
			}
			for _, q := range p.set.Quantities(scope) {
				if !slices.Contains(list, q) {
					list = append(list, q)
				}
			}
		}
	}
	return list
}

// Main lists the main metrics of a scope that any side has. The cost is that of an hour, because
// spans may differ.
func (m *Match) Main(scope string) (list []compare.Quantity) {
	all := m.Quantities(scope)
	find := func(metric string) int {
		return slices.IndexFunc(all, func(q compare.Quantity) bool { return q.Metric == metric })
	}
	for _, metric := range analysis.Main(find("ttft_p95") >= 0).Metrics {
		if metric == "cost" {
			metric = "cost_rate"
		}
		if at := find(metric); at >= 0 {
			list = append(list, all[at])
		}
	}
	return list
}

// Scopes lists the scopes that any side has.
func (m *Match) Scopes() (list []string) {
	for _, e := range m.Entries {
		for _, p := range e.places {
			if p == nil {
				continue
			}
			for _, scope := range p.set.Scopes() {
				if !slices.Contains(list, scope) {
					list = append(list, scope)
				}
			}
		}
	}
	return list
}

// Family compares a quantity on all pairs of sides.
func (m *Match) Family(q compare.Quantity) *Family {
	f := &Family{Quantity: q}
	pairs := m.Pairs()
	count := 0
	for _, e := range m.Entries {
		values := make([]compare.Value, len(m.Sides))
		for i, p := range e.places {
			values[i] = compare.Value{}
			values[i].Mean, values[i].Low, values[i].High = math.NaN(), math.NaN(), math.NaN()
			if p != nil {
				values[i], _ = p.set.Value(p.policy, q.Scope, q.Metric)
			}
		}
		f.Values = append(f.Values, values)
		for _, pair := range pairs {
			if e.places[pair[0]] != nil && e.places[pair[1]] != nil {
				count++
			}
		}
	}
	used := m.positive(f)
	if len(used) > 1 && rows.Whole(q.Metric, q.Unit) != 100 {
		f.Means = &GeometricMeans{Used: len(used), Values: make([]compare.Interval, len(m.Sides))}
		count += len(pairs)
	}
	f.Level = 1 - (1-compare.Level)/float64(max(1, count))
	for _, e := range m.Entries {
		line := make([]*compare.Contrast, len(pairs))
		for k, pair := range pairs {
			base, other := e.places[pair[0]], e.places[pair[1]]
			if base == nil || other == nil {
				continue
			}
			c := compare.Member{Set: other.set, Policy: other.policy}.Against(compare.Member{Set: base.set, Policy: base.policy}, q,
				compare.Comparing{Paired: sameRequests(base.finished, other.finished), Level: f.Level, Margin: m.Margin})
			line[k] = &c
		}
		f.Contrasts = append(f.Contrasts, line)
	}
	if f.Means != nil {
		for _, pair := range pairs {
			f.Means.add(m, f, used, pair)
		}
	}
	return f
}

// positive returns the entries that have finite values above zero on all sides.
func (m *Match) positive(f *Family) (list []int) {
	for e, values := range f.Values {
		if !slices.ContainsFunc(values, func(v compare.Value) bool { return !(v.Mean > 0) || math.IsInf(v.Mean, 1) }) {
			list = append(list, e)
		}
	}
	return list
}

// add computes the geometric means of a pair of sides over some entries.
func (g *GeometricMeans) add(m *Match, f *Family, used []int, pair [2]int) {
	var lines []compare.Ratio
	for _, e := range used {
		entry := m.Entries[e]
		lines = append(lines, compare.Ratio{
			Value: f.Values[e][pair[1]], Base: f.Values[e][pair[0]], Group: entry.group,
			Paired: sameRequests(entry.places[pair[0]].finished, entry.places[pair[1]].finished),
		})
	}
	var change compare.Interval
	g.Values[pair[1]], g.Values[pair[0]], change, _ = compare.GeometricMeans(lines, f.Level)
	k := len(g.Change)
	mark := compare.MarkOf(f.Metric, change)
	if slices.ContainsFunc(used, func(e int) bool { return f.Contrasts[e][k].Mark == compare.Unequal }) {
		mark = compare.Unequal
	}
	g.Change, g.Mark = append(g.Change, change), append(g.Mark, mark)
	g.Same = append(g.Same, m.Margin > 0 && mark != compare.Unequal && change.Low >= -m.Margin && change.High <= m.Margin)
}

// Requests says how many contrasts of the entries are paired, and how many there are.
func (f *Family) Requests() (paired, all int) {
	for _, line := range f.Contrasts {
		for _, c := range line {
			if c == nil {
				continue
			}
			all++
			if c.Paired {
				paired++
			}
		}
	}
	return paired, all
}
