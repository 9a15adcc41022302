package analysis

import (
	"slices"
	"strings"

	"wavetank/metrics/rows"
)

// The beginnings of the metrics that tell why requests missed: of all, by cause; and of those that
// were rejected or dropped, by what they had met until then.
const (
	Missed  = "missed_"
	GivenUp = "given_up_"
)

// ofMisses reports whether a metric has its place in the tables of causes.
func ofMisses(metric string) bool {
	return strings.HasPrefix(metric, Missed) || strings.HasPrefix(metric, GivenUp)
}

// countMisses adds up the requests that arrived, and those that missed for each cause, over
// replications.
func (a *Analysis) countMisses() {
	a.counted = map[cell]float64{}
	for _, r := range a.Rows {
		if r.Metric == "arrived" || ofMisses(r.Metric) {
			a.counted[cell{r.Policy, Column{r.Scope, r.Metric}}] += r.Value
		}
	}
}

// MissShare returns the requests that a metric of misses counts, in percent of all that arrived in
// its scope, over all replications.
func (a *Analysis) MissShare(policy string, c Column) float64 {
	if n := a.counted[cell{policy, c}]; n > 0 {
		return 100 * n / a.counted[cell{policy, Column{c.Scope, "arrived"}}]
	}
	return 0
}

// Causes returns the metrics of a scope that begin with Missed or GivenUp and count a request of
// some policy, in the order of the causes.
func (a *Analysis) Causes(scope, beginning string) (list []Column) {
	for _, c := range a.Columns {
		if c.Scope == scope && strings.HasPrefix(c.Metric, beginning) && a.occurs(c) {
			list = append(list, c)
		}
	}
	return list
}

// occurs reports whether a metric of misses counts a request of some policy.
func (a *Analysis) occurs(c Column) bool {
	for _, p := range a.Policies {
		if a.counted[cell{p, c}] > 0 {
			return true
		}
	}
	return false
}

// Defined reports whether the report tells what a metric is: causes and shadow prices only where
// there are some.
func (a *Analysis) Defined(c Column) bool {
	return rows.Describe(c.Metric).About != "" && (!ofMisses(c.Metric) || a.occurs(c)) && (!slices.Contains(shadowMetrics, c.Metric) || a.matters(c))
}
