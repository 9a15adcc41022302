package analysis

import (
	"slices"
	"strings"

	"wavetank/metrics/rows"
	"wavetank/reports/wording"
)

// The prefixes of metrics that count misses by cause. Missed counts all requests that missed.
// GivenUp counts only requests that were rejected or dropped, each by the cause that it had met
// before.
const (
	Missed  = "missed_"
	GivenUp = "given_up_"
)

// ofMisses reports whether a metric counts misses, so that it belongs in the tables of causes.
func ofMisses(metric string) bool {
	return strings.HasPrefix(metric, Missed) || strings.HasPrefix(metric, GivenUp)
}

// countMisses adds up over replications how many requests arrived, and how many missed for each
// cause.
func (a *Analysis) countMisses() {
	a.counted = map[cell]float64{}
	for _, r := range a.Rows {
		if r.Metric == "arrived" || ofMisses(r.Metric) {
			a.counted[cell{r.Policy, Column{r.Scope, r.Metric}}] += r.Value
		}
	}
}

// MissShare returns the share of requests that a metric of misses counts, in percent of all
// requests that arrived in its scope, over all replications.
func (a *Analysis) MissShare(policy string, c Column) float64 {
	if n := a.counted[cell{policy, c}]; n > 0 {
		return 100 * n / a.counted[cell{policy, Column{c.Scope, "arrived"}}]
	}
	return 0
}

// Causes returns the metrics of a scope with the prefix Missed or GivenUp, in the order of the
// causes. It leaves out metrics that are 0 for every policy.
func (a *Analysis) Causes(scope, beginning string) (list []Column) {
	for _, c := range a.Columns {
		if c.Scope == scope && strings.HasPrefix(c.Metric, beginning) && a.occurs(c) {
			list = append(list, c)
		}
	}
	return list
}

// occurs reports whether a metric of misses is above 0 for some policy.
func (a *Analysis) occurs(c Column) bool {
	for _, p := range a.Policies {
		if a.counted[cell{p, c}] > 0 {
			return true
		}
	}
	return false
}

// Defined reports whether the report defines a metric. Metrics of misses and shadow prices are
// defined only where some policy has a value that is not 0.
func (a *Analysis) Defined(c Column) bool {
	return rows.Describe(c.Metric).About != "" && (!ofMisses(c.Metric) || a.occurs(c)) && (!slices.Contains(shadowMetrics, c.Metric) || a.matters(c))
}

// CauseBand is a part of a bar that shows how many requests missed: those that missed for one
// cause. A striped part counts requests that were rejected or dropped unserved.
type CauseBand struct {
	Cause, Title string
	Striped      bool
	Shares       []float64 // for each policy, in percent of all requests
}

// CauseBands lists the parts of the bars, in the order of the causes. A rejected or dropped request
// counts for the cause that it had met before. A request that no replica could serve had met no
// cause. Such requests have a band of their own, the first.
func (a *Analysis) CauseBands() (bands []CauseBand) {
	add := func(metric, title string, striped bool, of func(policy string) float64) {
		_, cause, _ := strings.Cut(strings.TrimPrefix(metric, "given_"), "_")
		b := CauseBand{Cause: cause, Title: title, Striped: striped}
		any := false
		for _, p := range a.Policies {
			b.Shares = append(b.Shares, of(p))
			any = any || of(p) > 1e-9
		}
		if any {
			bands = append(bands, b)
		}
	}
	share := func(metric string) func(string) float64 {
		return func(policy string) float64 {
			return a.MissShare(policy, Column{rows.All, metric})
		}
	}
	add("missed_rejected", "Never to be served", false, func(policy string) float64 {
		rest := share("missed_rejected")(policy) + share("missed_dropped")(policy)
		for _, c := range a.Causes(rows.All, GivenUp) {
			rest -= a.MissShare(policy, c)
		}
		return rest
	})
	for _, c := range a.Columns {
		cause, is := strings.CutPrefix(c.Metric, Missed)
		if !is || c.Scope != rows.All || cause == "rejected" || cause == "dropped" {
			continue
		}
		title := CauseTitle(c.Metric)
		add(c.Metric, title, false, share(c.Metric))
		add(GivenUp+cause, title, true, share(GivenUp+cause))
	}
	return bands
}

// CauseTitle names the cause of a metric of misses, with a capital letter.
func CauseTitle(metric string) string {
	_, title, _ := strings.Cut(rows.Describe(metric).Title, ": ")
	return wording.Capital(title)
}
